/* 关账 - declaration form: every element of the message, block by block, made when it is opened. What the form
   does not place is reached here; rows inside rows too. */
(() => {
  "use strict";
  const D = window.gzDec;
  if (!D) return;
  const { h, say, data } = D;
  const root = document.getElementById("dec-all");
  if (!root) return;
  const find = document.getElementById("dec-all-find");
  let schema = null;

  const load = async () => { schema ||= (await D.ask(data.urls.elements)).blocks; return schema; };
  const fieldOf = (block, element) => ({
    element: element.name, label: `${element.label} ${element.name}`, width: 6, block: block.key, length: element.length,
    kind: element.table ? "code" : element.kind === "decimal" || element.kind === "integer" ? "number" : element.kind === "date" ? "date" : "text", table: element.table || "",
  });
  const fits = (block, element, words) => !words || [element.name, element.label, block.label, block.key].some((text) => text.toLowerCase().includes(words));

  /** The fields of one row of a block; with the rows inside it. */
  const row = (block, path, words) => {
    const fields = block.elements.filter((element) => fits(block, element, words));
    return [h("div", { class: "gz-form", "--cols": 24 }, fields.map((element) => D.field(fieldOf(block, element), `${path}.${element.name}`))),
      block.children.map((child) => section(child, `${path}.${child.key}`, words))];
  };
  const section = (block, path, words) => {
    const hits = block.elements.some((element) => fits(block, element, words)) || block.children.length;
    if (words && !hits) return null;
    const count = block.many ? (D.get(path) || []).length : Object.keys(D.get(path) || {}).length;
    const details = h("details", { class: "gz-allblock", "data-block-path": path },
      h("summary", {}, h("b", {}, block.label), h("span", { class: "q s" }, ` ${block.key} · `, block.many ? say("rows", { n: count }) : say("filled", { n: count, of: block.elements.length }))));
    const fill = () => {
      const body = h("div", {});
      if (block.many) {
        (D.get(path) || []).forEach((_, i) => body.append(h("fieldset", {}, h("legend", {}, say("row_no", { n: i + 1 }),
          D.editable ? h("button", { type: "button", class: "gz-link", onclick: () => { D.get(path).splice(i, 1); D.changed(); redraw(); } }, say("delete_row")) : null), row(block, `${path}[${i}]`, words))));
        if (D.editable) body.append(D.button(say("add_row"), () => { const rows = D.get(path) || []; rows.push({}); D.set(path, rows); redraw(); }, "sm", "plus"));
      } else body.append(...row(block, path, words).flat().filter(Boolean));
      details.querySelector(":scope > div")?.remove();
      details.append(body);
    };
    const redraw = () => { fill(); for (const grid of document.querySelectorAll("gz-rows")) grid.draw(); };
    details.addEventListener("toggle", () => { if (details.open && !details.querySelector(":scope > div")) fill(); });
    details.fill_ = fill;
    if (words) { details.open = true; if (!block.many || count) fill(); }
    return details;
  };
  const draw = async (words = "") => {
    try { await load(); } catch (error) { root.replaceChildren(h("p", { class: "body neg" }, D.reasonOf(error))); return; }
    root.replaceChildren(...schema.map((block) => section(block, block.key, words)).filter(Boolean));
    if (!root.children.length) root.replaceChildren(h("p", { class: "body q" }, say("no_element")));
    D.markAgain();
  };
  let timer = 0;
  find.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => draw(find.value.trim().toLowerCase()), 200); });
  document.querySelector('[aria-controls="dec-tab-all"]').addEventListener("click", () => { if (!schema) draw(); });
  D.showAll = async (path) => {
    document.querySelector('[aria-controls="dec-tab-all"]').click();
    await draw();
    const parts = path.match(/^[A-Za-z]+/);
    const details = parts && root.querySelector(`[data-block-path="${parts[0]}"]`);
    if (!details) return;
    details.open = true;
    details.fill_();
    (root.querySelector(`[data-path="${path}"]`) || details.querySelector("summary")).focus();
  };
  D.redrawAll = () => { if (schema) draw(find.value.trim().toLowerCase()); };
})();
