/* 关账 - review page: remarks at fields, keys of the reviewer. The verdict is a plain form. */
(() => {
  "use strict";
  const D = window.gzDec;
  if (!D) return;
  const { h, say, data } = D;
  const form = document.getElementById("dec-verdict"), list = document.getElementById("dec-remarks-new");

  D.goTo = (path) => {
    const cell = document.querySelector(`[data-cell="${path}"]`) || document.querySelector(`[data-cell^="${path}."], [data-cell^="${path}["]`);
    const tab = cell?.closest('[role="tabpanel"]');
    if (tab?.hidden) document.querySelector(`[aria-controls="${tab.id}"]`).click();
    if (!cell) return;
    cell.scrollIntoView({ block: "center" });
    cell.focus();
  };

  /** Write a remark at a cell; it goes with the return. */
  const remark = (cell) => {
    const { cell: path, where } = cell.dataset;
    const box = h("textarea", { class: "gz-box", rows: 3, maxlength: 500, id: "dec-remark-text" });
    const add = () => {
      if (!box.value.trim()) { box.focus(); return; }
      list.append(h("li", { class: "gz-remark" }, h("div", { class: "row-x" }, h("b", {}, where), h("span", { class: "grow" }),
        h("button", { type: "button", class: "gz-icb", "data-drop-remark": true, "aria-label": say("remove") }, D.icon("x"))), h("span", {}, box.value.trim()),
        h("input", { type: "hidden", name: "path", value: path }), h("input", { type: "hidden", name: "text", value: box.value.trim() })));
      cell.classList.add("gz-remarked");
      const note = form.elements.note;
      if (!note.value) note.value = `${where}：${box.value.trim()}`.slice(0, 500);
      dialog.close();
    };
    const dialog = D.dialog(say("remark_at", { place: where }), [h("p", { class: "q" }, cell.dataset.value), h("label", { for: "dec-remark-text", class: "q s" }, say("remark_text")), box], [
      h("button", { type: "button", class: "gz-btn", "data-close": true }, say("cancel")), D.button(say("remark_add"), add, "primary")]);
    box.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.stopPropagation(); add(); } });
    box.focus();
  };
  document.addEventListener("click", (event) => {
    const cell = event.target.closest("button[data-cell]");
    if (cell && form) remark(cell);
    const gone = event.target.closest("[data-drop-remark]");
    if (gone) gone.closest("li").remove();
    const to = event.target.closest("[data-goto]");
    if (to) D.goTo(to.dataset.goto);
  });
  document.addEventListener("keydown", (event) => {
    if (gz.composing(event) || document.querySelector("dialog[open]") || !form) return;
    if (event.altKey && event.key.toUpperCase() === "R") { event.preventDefault(); form.elements.note.focus(); }
  });
  D.showFound(data.found);
})();
