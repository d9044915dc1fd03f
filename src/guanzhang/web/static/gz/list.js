/* 关账 - lists: filters, sort by several columns, selection and batch, column order, rows by arrow keys. */
"use strict";
(function () {
  const { $, $$, word, announce } = gz;
  const list = () => document.getElementById("list");
  const go = (url) => htmx.ajax("GET", url, { target: "#list", swap: "outerHTML" });

  /* ---- the form: empty filters stay out of the address; what is typed during a request is kept ---- */
  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches("form[method=get]")) return;
    const all = event.detail.formData || event.detail.parameters;
    for (const [name, value] of Array.from(all.entries ? all.entries() : Object.entries(all)))
      if (value === "") { if (all.delete) all.delete(name); else delete all[name]; }
  });
  let typing = 0, sent = null;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "list-search" || gz.composing(event)) return;
    clearTimeout(typing);
    typing = setTimeout(() => event.target.form.requestSubmit(), 350);
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.id === "list-search") event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const search = document.getElementById("list-search");
    if (event.detail.target && event.detail.target.id === "list" && search) sent = search.value;
  });
  let newer = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const search = document.getElementById("list-search");
    newer = event.detail.target.id === "list" && search && document.activeElement === search && search.value !== sent ? search.value : null;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "list") return;
    const search = document.getElementById("list-search"), count = document.getElementById("list-count-text");
    if (newer !== null && search) { search.value = newer; search.dispatchEvent(new Event("input", { bubbles: true })); }
    if (count) announce(count.textContent.trim());
    const form = document.getElementById("list-export"), at = list().dataset.exportHere;
    if (form && at) form.action = at;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".gz-flt")) event.target.form.requestSubmit();
  });

  /* ---- shift: add to the sort order ---- */
  document.addEventListener("click", (event) => {
    const head = event.target.closest("[data-also]");
    if (head && event.shiftKey) { event.preventDefault(); event.stopImmediatePropagation(); go(head.dataset.also); }
  }, true);

  /* ---- suggestions under a filter ---- */
  const parts = (text) => text.split(/[,，、]/).map((one) => one.trim()).filter(Boolean);
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  function show(input, on) {
    const options = listOf(input);
    if (!options) return;
    options.hidden = !on;
    input.setAttribute("aria-expanded", String(on));
    if (!on) { input.removeAttribute("aria-activedescendant"); return; }
    const box = input.getBoundingClientRect();
    options.style.left = Math.min(box.left, innerWidth - options.offsetWidth - 8) + "px";
    options.style.top = Math.min(box.bottom + 1, innerHeight - options.offsetHeight - 8) + "px";
    tick(input);
  }
  function tick(input) {
    const on = new Set(parts(input.value));
    $$('[role="option"]', listOf(input)).forEach((one) => {
      one.setAttribute("aria-selected", String(on.has(one.dataset.token)));
      $(".box", one).textContent = on.has(one.dataset.token) ? "✓" : "";
    });
  }
  function take(input, option, keep) {
    const token = option.dataset.token;
    if (input.hasAttribute("data-many")) {
      const now = parts(input.value);
      input.value = (now.includes(token) ? now.filter((one) => one !== token) : [...now, token]).join(",");
      tick(input);
      if (keep) { input.dataset.waiting = "1"; return; }
    } else input.value = token;
    delete input.dataset.waiting;
    show(input, false);
    input.form.requestSubmit();
  }
  const filterOf = (event) => event.target.closest && event.target.closest(".gz-flt[role=combobox]");
  document.addEventListener("click", (event) => {
    const input = filterOf(event);
    if (input) show(input, true);
    const option = event.target.closest('.gz-list.fixed [role="option"]');
    if (option) { const of = $('[aria-controls="' + option.parentNode.id + '"]'); take(of, option, true); of.focus(); }
  });
  document.addEventListener("pointerdown", (event) => { if (event.target.closest(".gz-list.fixed")) event.preventDefault(); });
  document.addEventListener("focusout", (event) => {
    const input = filterOf(event);
    if (!input || !document.hasFocus()) return;
    show(input, false);
    if (input.dataset.waiting) { delete input.dataset.waiting; input.form.requestSubmit(); }
  });
  document.addEventListener("scroll", (event) => {
    if (event.target.classList && event.target.classList.contains("gz-scroll"))
      $$(".gz-flt[aria-expanded=true]").forEach((input) => show(input, false));
  }, true);
  document.addEventListener("keydown", (event) => {
    const input = filterOf(event);
    if (!input || gz.composing(event)) return;
    const options = listOf(input), open = !options.hidden, all = $$('[role="option"]', options);
    const at = all.findIndex((one) => one.classList.contains("cur"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) { show(input, true); }
      const next = all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length];
      all.forEach((one) => one.classList.toggle("cur", one === next));
      if (next) { input.setAttribute("aria-activedescendant", next.id); next.scrollIntoView({ block: "nearest" }); }
    } else if (event.key === " " && open && at >= 0 && input.hasAttribute("data-many")) {
      event.preventDefault();
      take(input, all[at], true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && at >= 0 && !input.dataset.waiting) take(input, all[at], false);
      else { show(input, false); delete input.dataset.waiting; input.form.requestSubmit(); }
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      show(input, false);
      input.value = input.defaultValue;
      delete input.dataset.waiting;
    }
  });

  /* ---- selection ---- */
  let beyond = null;                                                   // ids of rows that are not on the page
  const picks = () => $$("[data-pick]", list());
  const ids = () => beyond || picks().filter((one) => one.checked).map((one) => one.value);
  function hold(form, values) {
    for (const value of values) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "ids", value }));
  }
  function picked() {
    const all = picks(), on = all.filter((one) => one.checked), n = ids().length;
    all.forEach((one) => one.closest("tr").toggleAttribute("data-picked", one.checked));
    const head = $("[data-pick-all]", list());
    if (head) { head.checked = all.length > 0 && on.length === all.length; head.indeterminate = on.length > 0 && on.length < all.length; }
    const bar = document.getElementById("list-batch"), pager = document.getElementById("list-pager");
    if (!bar) return;
    bar.hidden = n === 0;
    pager.hidden = n > 0;
    $("[data-picked-text]", bar).textContent = word("selected", n.toLocaleString("en"));
    $("[data-pick-found]", bar).hidden = Boolean(beyond) || on.length < all.length || !$("#page-next, #page-previous", list());
  }
  let last = null;
  document.addEventListener("click", (event) => {
    const pick = event.target.closest && event.target.closest("[data-pick]");
    if (pick && event.shiftKey && last && last.isConnected) {          // a span of rows
      const all = picks(), [a, b] = [all.indexOf(last), all.indexOf(pick)].sort((x, y) => x - y);
      all.slice(a, b + 1).forEach((one) => { one.checked = pick.checked; });
    }
    if (pick) last = pick;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick]")) { beyond = null; picked(); }
    if (event.target.matches("[data-pick-all]")) { beyond = null; picks().forEach((one) => { one.checked = event.target.checked; }); picked(); }
  });
  document.addEventListener("click", async (event) => {
    const none = event.target.closest("[data-pick-none]"), found = event.target.closest("[data-pick-found]"), batch = event.target.closest("[data-batch]");
    if (none) { beyond = null; picks().forEach((one) => { one.checked = false; }); picked(); $("[data-pick-all]", list()).focus(); }
    if (found) {
      const answer = await (await fetch(found.dataset.pickFound, { credentials: "same-origin" })).json();
      beyond = answer.ids.map(String);
      picked();
      if (answer.more) gz.toast(word("limited", answer.limit.toLocaleString("en")));
    }
    if (batch) {
      const dialog = document.getElementById("gz-dialog"), all = ids();
      dialog.replaceChildren(document.getElementById("batch-" + batch.dataset.batchKey).content.cloneNode(true));
      hold($("[data-batch-form]", dialog), all);
      $$("[data-picked-text]", dialog).forEach((one) => { one.textContent = word("selected", all.length.toLocaleString("en")); });
      htmx.process(dialog);
      gz.open(dialog, batch);
    }
    if (event.target.closest("[data-reload]")) go(location.href);
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "list") { beyond = null; picked(); } });
  document.addEventListener("submit", (event) => {                     // an export holds the selected rows, if there are any
    if (event.target.id !== "list-export") return;
    $$("[name=ids]", event.target).forEach((one) => one.remove());
    hold(event.target, ids());
  }, true);

  /* ---- rows by arrow keys; Space selects ---- */
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest && event.target.closest("#list tbody tr");
    if (!row || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      const at = next && $(event.target.matches("[data-pick]") ? "[data-pick]" : "th a, a, [data-pick]", next);
      if (at) { event.preventDefault(); at.focus(); }
    } else if (event.key === " " && event.target.matches("a")) {
      const pick = $("[data-pick]", row);
      if (pick) { event.preventDefault(); pick.click(); }
    }
  });

  /* ---- column order: buttons, no dragging needed ---- */
  document.addEventListener("click", (event) => {
    const move = event.target.closest("[data-move]");
    if (!move) return;
    const item = move.closest("li"), other = move.dataset.move === "-1" ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (move.dataset.move === "-1") other.before(item); else other.after(item);
    move.focus();
    announce(word("moved", Array.from(item.parentNode.children).indexOf(item) + 1));
  });
})();
