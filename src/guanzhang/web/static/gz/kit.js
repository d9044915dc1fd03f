/* 关账 - behaviour of the shell: words, toasts, menus, dialogs, confirmation, theme, htmx manners, idle warning.
   Behaviour hangs on data-attributes; no page needs a script of its own. */
"use strict";
(function () {
  const root = document.documentElement;
  const gz = (window.gz = {});
  const $ = (selector, from) => (from || document).querySelector(selector);
  const $$ = (selector, from) => Array.from((from || document).querySelectorAll(selector));
  gz.$ = $;
  gz.$$ = $$;

  /* ---- words and the live region ---- */
  gz.word = (key, n) => {
    const store = document.getElementById("gz-words");
    return ((store && store.dataset[key]) || "").replace("{n}", n === undefined ? "" : String(n));
  };
  gz.announce = (text) => {
    const live = document.getElementById("gz-live");
    if (!live) return;
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 30);
  };
  gz.csrf = () => {
    try { return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]; } catch { return ""; }
  };
  gz.post = (url, fields) => fetch(url, {
    method: "POST", credentials: "same-origin", body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": gz.csrf(), "HX-Request": "true" },
  });
  gz.composing = (event) => event.isComposing || event.keyCode === 229;

  /* ---- toasts ---- */
  gz.toast = (text, kind) => {
    const list = document.getElementById("gz-toasts");
    const one = document.createElement("div");
    one.className = "gz-toast" + (kind === "error" ? " err" : "");
    one.dataset.toast = "";
    const said = document.createElement("span");
    said.textContent = text;
    one.append(said);
    list.append(one);
    settle(one);
  };
  function settle(toast) {
    if (toast.dataset.settled) return;
    toast.dataset.settled = "1";
    if (toast.classList.contains("err")) return;                      // an error stays until it is closed
    let left = setTimeout(() => toast.remove(), 9000);
    toast.addEventListener("pointerenter", () => clearTimeout(left));
    toast.addEventListener("pointerleave", () => { left = setTimeout(() => toast.remove(), 3000); });
  }

  /* ---- theme and density: shown at once, remembered on the server ---- */
  gz.dark = () => {
    const sheet = document.getElementById("gz-dark");
    return Boolean(sheet && sheet.media !== "not all" && matchMedia(sheet.media || "all").matches);
  };
  function applyTheme(theme) {
    root.dataset.theme = theme;
    document.getElementById("gz-dark").media =
      theme === "dark" ? "screen" : theme === "light" ? "not all" : "screen and (prefers-color-scheme: dark)";
    requestAnimationFrame(() => requestAnimationFrame(() => document.dispatchEvent(new Event("gz:theme"))));
  }
  gz.prefer = (name, value) => {
    if (name === "theme") applyTheme(value);
    if (name === "density") { root.dataset.density = value; dispatchEvent(new Event("resize")); }
    $$('[data-prefer-form="' + name + '"] [name="' + name + '"]').forEach((b) =>
      b.setAttribute("aria-pressed", String(b.value === value)));
    gz.post(document.body.dataset.prefer, { [name]: value });
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    document.dispatchEvent(new Event("gz:theme")));

  /* ---- dialogs ---- */
  gz.open = (dialog, opener) => {
    if (!dialog || dialog.open) return;
    dialog.returnTo = opener || document.activeElement;
    closeMenus();
    dialog.showModal();
  };
  document.addEventListener("close", (event) => {
    const back = event.target.returnTo;
    if (back && back.isConnected) back.focus();
  }, true);
  gz.ask = (question) => new Promise((answer) => {
    const dialog = document.getElementById("gz-ask");
    document.getElementById("gz-ask-text").textContent = question;
    const yes = $("[data-yes]", dialog);
    const done = (value) => { yes.onclick = null; dialog.onclose = null; answer(value); };
    yes.onclick = () => { dialog.onclose = null; dialog.close(); done(true); };
    dialog.onclose = () => done(false);
    gz.open(dialog);
    yes.focus();
  });

  /* ---- menus: <details data-menu> ---- */
  function closeMenus(except) {
    $$("details[data-menu][open]").forEach((menu) => {
      if (menu !== except && !menu.contains(except)) menu.open = false;
    });
  }
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches || !menu.matches("details[data-menu]")) return;
    if (menu.open) { closeMenus(menu); place(menu); }
  }, true);
  function place(menu) {                                              // never hang out of the window
    const pop = $(".gz-pop", menu);
    if (!pop) return;
    pop.style.transform = "";
    const box = pop.getBoundingClientRect(), over = box.right - innerWidth + 8;
    if (over > 0) pop.style.transform = "translateX(" + -over + "px)";
    else if (box.left < 8) pop.style.transform = "translateX(" + (8 - box.left) + "px)";
  }

  /* ---- clicks ---- */
  document.addEventListener("click", (event) => {
    const at = event.target;
    closeMenus(at.closest("details[data-menu]") || undefined);
    const opener = at.closest("[data-open]");
    if (opener) gz.open(document.getElementById(opener.dataset.open), opener.closest("details[data-menu]") ? $("summary", opener.closest("details[data-menu]")) : opener);
    const closer = at.closest("[data-close]");
    if (closer) { const d = closer.closest("dialog"); if (d) d.close(); }
    if (at.matches("dialog")) {                                       // a click on the backdrop
      const box = at.getBoundingClientRect();
      if (event.clientX && (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom)) at.close();
    }
    const dismiss = at.closest("[data-dismiss]");
    if (dismiss) dismiss.closest("[data-toast]").remove();
    const preference = at.closest("[data-prefer-form] button");
    if (preference) { event.preventDefault(); gz.prefer(preference.name, preference.value); }
    const copy = at.closest("[data-copy]");
    if (copy && navigator.clipboard) navigator.clipboard.writeText(copy.dataset.copy).then(() => gz.toast(gz.word("copied")));
    const tab = at.closest('[role="tab"][aria-controls]');
    if (tab) showTab(tab);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = event.target.closest && event.target.closest("details[data-menu][open]");
      const open = menu || $("details[data-menu][open]");
      if (open) { open.open = false; $("summary", open).focus(); event.preventDefault(); }
    }
    const tab = event.target.closest && event.target.closest('[role="tab"]');
    if (tab && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      const all = $$('[role="tab"]', tab.parentNode), step = event.key === "ArrowRight" ? 1 : -1;
      const next = all[(all.indexOf(tab) + step + all.length) % all.length];
      showTab(next);
      next.focus();
    }
  });
  function showTab(tab) {
    $$('[role="tab"]', tab.parentNode).forEach((one) => {
      const on = one === tab, panel = document.getElementById(one.getAttribute("aria-controls"));
      one.setAttribute("aria-selected", String(on));
      one.tabIndex = on ? 0 : -1;
      if (panel) panel.hidden = !on;
    });
    dispatchEvent(new Event("resize"));                               // charts measure themselves again
  }

  /* ---- forms: ask first, send once ---- */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !form.dataset.confirmed) {
      event.preventDefault();
      event.stopPropagation();
      const by = event.submitter;
      gz.ask(form.dataset.confirm).then((yes) => {
        if (!yes) return;
        form.dataset.confirmed = "1";
        form.requestSubmit(by || undefined);
        delete form.dataset.confirmed;
      });
      return;
    }
    form.dataset.sent = "1";
    if (form.method === "post" && !event.defaultPrevented && !form.hasAttribute("data-download"))
      setTimeout(() => $$("button:not([type=button])", form).forEach((b) => { b.disabled = true; }), 0);
  }, true);
  addEventListener("pageshow", () => $$("form button:disabled").forEach((b) => { if (!b.hasAttribute("data-off")) b.disabled = false; }));
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-guard")) { form.dataset.changed = "1"; delete form.dataset.sent; }
  });
  addEventListener("beforeunload", (event) => {
    if ($("form[data-guard][data-changed]:not([data-sent])")) event.preventDefault();
  });

  /* ---- a place to drop files; the input inside is the keyboard's way ---- */
  for (const kind of ["dragover", "dragleave", "drop"])
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest && event.target.closest("[data-drop]");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      const input = $('input[type="file"]', zone);
      if (kind === "drop" && input && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });

  /* ---- htmx manners ---- */
  let waiting = 0;
  const busy = (by) => { waiting = Math.max(0, waiting + by); document.getElementById("gz-busy").classList.toggle("on", waiting > 0); };
  const quiet = (event) => event.detail.elt && event.detail.elt.matches && event.detail.elt.matches('[hx-trigger^="every"]');
  document.addEventListener("htmx:beforeRequest", (event) => { if (!quiet(event)) busy(1); });
  document.addEventListener("htmx:afterRequest", (event) => { if (!quiet(event)) busy(-1); });
  document.addEventListener("htmx:responseError", (event) => {
    const xhr = event.detail.xhr, said = xhr.getResponseHeader("X-Message"), reference = xhr.getResponseHeader("X-Request-Id");
    gz.toast(said ? JSON.parse(said) : gz.word("serverError") + (reference ? " " + reference : ""), "error");
  });
  document.addEventListener("htmx:sendError", () => gz.toast(gz.word("offline"), "error"));
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    gz.ask(event.detail.question).then((yes) => { if (yes) event.detail.issueRequest(true); });
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const into = event.detail.elt || event.target;
    const focus = into.isConnected ? (into.matches("[data-autofocus]") ? into : $("[data-autofocus]", into)) : null;
    if (focus) focus.focus();
    const title = $("[data-title]", document.getElementById("main") || document);
    if (title) document.title = title.dataset.title;
    const dialog = into.closest && into.closest("dialog");
    if (dialog && into.children.length) gz.open(dialog);
  });
  document.addEventListener("htmx:load", () => $$("[data-toast]").forEach(settle));
  /* htmx keeps the present address in the session storage; a filter may name a customer, so nothing stays there */
  const forget = () => { try { sessionStorage.removeItem("htmx-current-path-for-history"); } catch { /* storage is closed: nothing to forget */ } };
  for (const moment of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore", "htmx:afterSettle"])
    document.addEventListener(moment, () => setTimeout(forget, 0));
  forget();
  document.addEventListener("announce", (event) => gz.announce(event.detail.value || event.detail));
  document.addEventListener("toast", (event) => gz.toast(event.detail.value || event.detail));
  document.addEventListener("DOMContentLoaded", () => $$("[data-toast]").forEach(settle));

  /* ---- two minutes before the session ends ---- */
  const idle = Number(document.body.dataset.idle || 0) * 1000;
  if (idle > 0) {
    let since = Date.now();
    const touch = () => { since = Date.now(); };
    document.addEventListener("htmx:afterRequest", touch);
    setInterval(() => {
      const dialog = document.getElementById("gz-idle"), age = Date.now() - since;
      if (age > idle + 5000) { location.reload(); return; }
      if (age > idle - 130000 && dialog && !dialog.open) gz.open(dialog);
    }, 5000);
    document.addEventListener("click", (event) => {
      if (!event.target.closest("[data-stay]")) return;
      gz.post(document.body.dataset.prefer, {}).then(touch);
      document.getElementById("gz-idle").close();
    });
  }
})();
