/* 关账 - declaration form: the page itself. Draws the fields of the layout into their places and starts. */
(() => {
  "use strict";
  const D = window.gzDec;
  if (!D) return;
  const { data } = D;
  const places = document.querySelectorAll("[data-fields]");

  D.drawAll = () => {
    for (const place of places) place.replaceChildren(...data.places[place.dataset.fields].map((field) => D.field(field, field.path)));
    for (const grid of document.querySelectorAll("gz-rows")) grid.draw();
    D.redrawAll?.();
    counts();
    D.markAgain();
  };
  const counts = () => {
    for (const mark of document.querySelectorAll("[data-tab-count]")) {
      const n = mark.dataset.tabCount.split(" ").reduce((sum, block) => sum + (D.doc[block] || []).filter((row) => Object.keys(row).length).length, 0);
      mark.textContent = n ? String(n) : "";
    }
  };
  D.onChange(counts);

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    if (add && D.editable) document.querySelector(`gz-rows[block="${add.dataset.addRow}"]`).add();
    const drop = event.target.closest("[data-drop-row]");
    if (drop && D.editable) { const grid = document.querySelector(`gz-rows[block="${drop.dataset.dropRow}"]`); if (grid.rows.length) grid.drop(grid.current ?? grid.rows.length - 1); }
  });

  document.getElementById("dec-form").hidden = false;
  D.drawAll();
  D.showSaved();
  D.showFound(data.found);
  if (D.editable && !document.querySelector("[data-autofocus]")) {
    const first = [...document.querySelectorAll('[data-fields="head"] .gz-in')].find((input) => !input.readOnly && !input.disabled && !input.value);
    first?.focus({ preventScroll: true });
  }
})();
