/* 关账 - the combobox, used by lookup fields and by the command palette alike.
   ↓ ↑ choose, Enter takes, Esc gives back what was there, Ctrl+Enter opens the record in a new tab. */
"use strict";
(function () {
  const { $, $$, word, announce } = gz;

  /* source(text, signal) → HTML of options; take(option, event) does something with the chosen one. */
  function combobox(input, list, { source, take, leave, eager }) {
    let timer = 0, running = null, last = null;
    const options = () => $$('[role="option"]', list);
    const current = () => $('[role="option"].cur', list);
    const show = (on) => { list.hidden = !on; input.setAttribute("aria-expanded", String(on)); if (!on) input.removeAttribute("aria-activedescendant"); };
    function mark(option) {
      options().forEach((one) => { one.classList.toggle("cur", one === option); one.setAttribute("aria-selected", String(one === option)); });
      if (option) { input.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
      else input.removeAttribute("aria-activedescendant");
    }
    async function find(text) {
      if (running) running.abort();
      running = new AbortController();
      try {
        const answer = await source(text, running.signal);
        list.innerHTML = answer;
        last = text;
        if (list.classList.contains("gz-list")) show(true);
        mark(options()[0] || null);
        announce(options().length ? word("found", options().length) : word("nothing"));
      } catch (error) {
        if (error.name !== "AbortError") gz.toast(word("offline"), "error");
      }
    }
    const later = (delay) => { clearTimeout(timer); timer = setTimeout(() => find(input.value.trim()), delay); };
    input.addEventListener("input", (event) => { if (!gz.composing(event)) later(eager ? 90 : 140); });
    input.addEventListener("compositionend", () => later(60));
    input.addEventListener("keydown", (event) => {
      if (gz.composing(event)) return;
      const all = options(), at = all.indexOf(current());
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden || (!all.length && last !== input.value.trim())) { find(input.value.trim()); return; }
        mark(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length] || null);
      } else if (event.key === "Enter") {
        if (list.hidden || !current()) return;
        event.preventDefault();
        event.stopPropagation();
        take(current(), event);
      } else if (event.key === "Escape" && leave && !list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        leave();
        show(false);
      } else if (event.key === "Tab" && !list.hidden && current() && leave && input.value.trim() && last === input.value.trim()) take(current(), event);
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault());        // the input keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest('[role="option"]');
      if (option) take(option, event);
    });
    return { find, show };
  }
  const ask = (url, name) => async (text, signal) => {
    const address = new URL(url, location.href);
    address.searchParams.set("q", text);
    address.searchParams.set("for", name);
    const answer = await fetch(address, { signal, credentials: "same-origin", headers: { "HX-Request": "true" } });
    if (answer.headers.get("HX-Redirect")) location.href = answer.headers.get("HX-Redirect");
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  };
  gz.combobox = combobox;

  /* ---- fields ---- */
  function field(box) {
    if (box.dataset.ready) return;
    box.dataset.ready = "1";
    const input = $('[role="combobox"]', box), hidden = $('input[type="hidden"]', box), list = $('[role="listbox"]', box);
    let kept = { text: input.value, value: hidden.value };
    const set = (text, value) => {
      const changed = hidden.value !== value;
      input.value = text;
      hidden.value = value;
      kept = { text, value };
      if (changed) hidden.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const box_ = combobox(input, list, {
      source: ask(box.dataset.look, input.id),
      take(option, event) {
        if (event.ctrlKey && option.dataset.url) { open(option.dataset.url, "_blank", "noopener"); return; }
        set(option.dataset.text, option.dataset.value);
        box_.show(false);
      },
      leave() { input.value = kept.text; },
    });
    input.addEventListener("blur", () => {
      box_.show(false);
      if (!input.value.trim()) set("", "");
      else if (input.value !== kept.text) input.value = kept.text;       // words without a choice choose nothing
    });
  }
  const fields = (from) => $$("[data-look]", from).forEach(field);
  document.addEventListener("DOMContentLoaded", () => fields());
  document.addEventListener("htmx:load", (event) => fields(event.detail.elt));

  /* ---- palette ---- */
  const palette = document.getElementById("gz-palette");
  if (palette) {
    const input = $('[role="combobox"]', palette), list = document.getElementById("gz-found");
    const box = combobox(input, list, {
      eager: true,
      source: ask(palette.dataset.url, "gz-found"),
      take(option, event) {
        if (option.dataset.prefer) { const [name, value] = option.dataset.prefer.split(":"); palette.close(); gz.prefer(name, value); return; }
        if (option.dataset.submit) { document.getElementById(option.dataset.submit).requestSubmit(); return; }
        if (event.ctrlKey || event.metaKey) open(option.dataset.url, "_blank", "noopener");
        else location.href = option.dataset.url;
      },
    });
    document.addEventListener("click", (event) => {
      const opener = event.target.closest("[data-palette]");
      if (!opener) return;
      gz.open(palette);
      input.select();
      box.find(input.value.trim());
    });
  }
})();
