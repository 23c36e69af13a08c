"use strict";
/* The editor of an item's text: the plain field becomes a writing surface; the server cleans what is pasted. Without
   this script the plain field and the buttons of the form do everything. */
(function () {
  var form = document.getElementById("edit");
  var field = document.getElementById("f-body");
  if (!form || !field) { return; }
  var plain = document.getElementById("plain");
  var tools = document.getElementById("tools");
  var sheet = document.createElement("div");
  sheet.className = "doc sheet";
  sheet.id = "sheet";
  sheet.contentEditable = "true";
  sheet.setAttribute("role", "textbox");
  sheet.setAttribute("aria-multiline", "true");
  sheet.setAttribute("aria-labelledby", "h-body");
  sheet.setAttribute("aria-describedby", "e-body");
  sheet.lang = "zh-CN";
  sheet.innerHTML = field.value; /* cleaned by the server when it was stored */
  plain.hidden = true;
  plain.parentNode.insertBefore(sheet, plain);
  tools.hidden = false;
  try { document.execCommand("defaultParagraphSeparator", false, "p"); } catch (_) { /* old browsers */ }

  function keep() { field.value = sheet.innerHTML; }
  function changed() { keep(); form.dispatchEvent(new Event("input", { bubbles: true })); }
  sheet.addEventListener("input", keep);

  function run(name, value) {
    sheet.focus();
    document.execCommand(name, false, value || null);
    changed();
  }

  function say(words) {
    var at = document.getElementById("saved");
    if (at && words) { at.textContent = words; }
  }

  function cleaned(html, then) {
    var sent = new FormData();
    sent.append("form", form.elements.form.value);
    sent.append("html", html);
    fetch(form.dataset.clean, { method: "POST", body: sent, credentials: "same-origin" })
      .then(function (answer) {
        if (!answer.ok || answer.redirected) { throw new Error(String(answer.status)); }
        return answer.text();
      })
      .then(then)
      .catch(function () { say(form.dataset.offline); });
  }

  sheet.addEventListener("paste", function (event) {
    var board = event.clipboardData;
    if (!board) { return; }
    event.preventDefault();
    var html = board.getData("text/html"), text = board.getData("text/plain");
    var lost = /<img\b/i.test(html) || (board.files && board.files.length && !html);
    if (!html && text.indexOf("\n") < 0) {
      document.execCommand("insertText", false, text);
      changed();
      return;
    }
    cleaned(html || text, function (made) {
      sheet.focus();
      document.execCommand("insertHTML", false, made);
      changed();
      if (lost) { say(form.dataset.pictures); }
    });
  });
  sheet.addEventListener("drop", function (event) { event.preventDefault(); });

  var TABLE = "<table class=\"official\"><thead><tr><th>&nbsp;</th><th>&nbsp;</th><th>&nbsp;</th></tr></thead>" +
    "<tbody><tr><td>&nbsp;</td><td>&nbsp;</td><td>&nbsp;</td></tr><tr><td>&nbsp;</td><td>&nbsp;</td><td>&nbsp;</td></tr>" +
    "</tbody></table><p><br></p>";
  var ACTS = {
    heading: function () { run("formatBlock", "<h2>"); },
    paragraph: function () { run("formatBlock", "<p>"); },
    bold: function () { run("bold"); },
    list: function () { run("insertUnorderedList"); },
    numbers: function () { run("insertOrderedList"); },
    table: function () { run("insertHTML", TABLE); },
    undo: function () { run("undo"); },
    image: function () { document.getElementById("f-image").focus(); },
    link: function () {
      var address = window.prompt(form.dataset.link, "https://");
      if (address && /^(https?:\/\/|mailto:)/i.test(address)) { run("createLink", address); }
    },
    clean: function () {
      cleaned(sheet.innerHTML, function (made) { sheet.innerHTML = made; changed(); });
    }
  };
  tools.addEventListener("mousedown", function (event) { event.preventDefault(); /* the selection stays */ });
  tools.addEventListener("click", function (event) {
    var button = event.target.closest("button[data-do]");
    if (button) { ACTS[button.dataset.do](); }
  });

  /* Saving by itself: refused answers are shown too; a form that is sent waits for a save that is under way. */
  var busy = false, waiting = null;
  document.body.addEventListener("htmx:beforeRequest", function () { busy = true; });
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    var answer = event.detail.xhr;
    if (/\/login$/.test(answer.responseURL)) {
      event.detail.shouldSwap = false;
      say(form.dataset.login);
    } else if ([403, 409, 422].indexOf(answer.status) >= 0 && answer.responseText.indexOf("id=\"saved\"") >= 0) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (answer.status >= 400) {
      say(form.dataset.offline);
    }
  });
  document.body.addEventListener("htmx:sendError", function () { say(form.dataset.offline); });
  document.body.addEventListener("htmx:afterRequest", function (event) {
    busy = false;
    if (event.detail.successful) { dirty = false; }
    if (waiting) { var by = waiting; waiting = null; form.requestSubmit(by); }
  });
  form.addEventListener("submit", function (event) {
    keep();
    if (busy) {
      event.preventDefault();
      waiting = event.submitter;
      say(form.dataset.waiting);
    } else {
      left = true;
    }
  });
  document.body.addEventListener("htmx:afterSwap", function () {
    form.querySelectorAll("[id^='e-']").forEach(function (at) {
      var field = document.getElementById(at.id.replace(/^e-details-/, "d-").replace(/^e-/, "f-"));
      if (!field) { return; }
      var bad = at.textContent.trim() !== "";
      field.classList.toggle("bad", bad);
      if (bad) { field.setAttribute("aria-invalid", "true"); } else { field.removeAttribute("aria-invalid"); }
    });
  });

  var dirty = false, left = false;
  form.addEventListener("input", function () { dirty = true; });
  window.addEventListener("beforeunload", function (event) {
    if (dirty && !left) { event.preventDefault(); }
  });
})();
