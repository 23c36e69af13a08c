"use strict";
/* Dragging an entry to another day opens the same form that its link opens, with the new day filled in.
   Nothing is moved before the person confirms it there. Without this script the link does the same. */
(() => {
  let plan = "";
  document.addEventListener("dragstart", (event) => {
    const entry = event.target.closest("[data-plan]");
    plan = entry ? entry.dataset.plan : "";
    if (plan) event.dataTransfer.setData("text/plain", plan);
  });
  document.addEventListener("dragover", (event) => {
    if (plan && event.target.closest("[data-day]")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const day = event.target.closest("[data-day]");
    if (!plan || !day) return;
    event.preventDefault();
    location.assign(`${plan}&day=${day.dataset.day}#plan`);
  });
})();
