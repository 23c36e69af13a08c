// Keys of the review page. Single keys can be switched off; none fires in a field; S moves to the sign button and never signs.
"use strict";
(() => {
  const OFF = "gongkai-keys-off";
  const box = document.getElementById("keys-off");
  if (box) {
    box.checked = localStorage.getItem(OFF) === "1";
    box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "1" : "0"));
  }
  const step = by => {
    const links = [...document.querySelectorAll(".queue a")];
    const at = links.findIndex(link => link.getAttribute("aria-current") === "true");
    const next = links[at + by];
    if (next) location.assign(next.href);
  };
  const focus = id => { const found = document.getElementById(id); if (found) { found.focus(); found.scrollIntoView({block: "center"}); } };
  document.addEventListener("keydown", event => {
    const inField = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || inField || (box && box.checked)) return;
    const key = event.key.toLowerCase();
    if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "s") focus("sign");
    else if (key === "r") focus("op-return");
    else if (key === "d") focus("h-changed");
    else if (/^[1-5]$/.test(key)) {
      const check = document.querySelectorAll("#signing input[name=checks]")[Number(key) - 1];
      if (check) { check.checked = !check.checked; check.focus(); }
    } else return;
    event.preventDefault();
  });
})();
