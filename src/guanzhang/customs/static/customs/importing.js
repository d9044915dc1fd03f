/* 关账 - declaration form: an invoice and a packing list become unsaved goods lines (upload, which column is
   what, preview with the cells that need a look), and papers are attached. */
(() => {
  "use strict";
  const D = window.gzDec;
  if (!D) return;
  const { h, say, data } = D;
  const grid = document.querySelector('gz-rows[block="DecLists"]');

  /* --- invoice and packing list ------------------------------------------------------------------- */

  const input = document.getElementById("dec-sheet-file");
  document.addEventListener("click", (event) => { if (event.target.closest("[data-import]") && D.editable) input.click(); });
  input?.addEventListener("change", async () => {
    if (!input.files.length) return;
    const form = new FormData();
    for (const file of [...input.files].slice(0, 2)) form.append("file", file);
    input.value = "";
    gz.announce(say("reading"));
    try {
      const found = await D.post(data.urls.sheet, form);
      if (found.problems) { gz.toast(found.problems[0].text, "error"); return; }
      columns(found);
    } catch (error) { gz.toast(D.reasonOf(error), "error"); }
  });

  /** Which column is what, sheet by sheet. */
  const columns = ({ sheets, targets }) => {
    const roles = [["invoice", say("sheet_invoice")], ["packing", say("sheet_packing")], ["", say("sheet_none")]];
    const chosen = sheets.map((sheet) => ({ ...sheet, columns: { ...sheet.columns } }));
    const part = (sheet, n) => {
      const role = h("select", { class: "gz-box sm", "aria-label": say("map_title"), onchange: () => { sheet.role = role.value; table.hidden = !sheet.role; } },
        roles.map(([code, name]) => h("option", { value: code, selected: code === sheet.role }, name)));
      const table = h("div", { class: "gz-scroll gz-maplist", tabindex: "0", role: "region", "aria-label": sheet.sheet || sheet.file, hidden: !sheet.role }, h("table", { class: "gz-table" },
        h("caption", { class: "sr" }, sheet.sheet || sheet.file),
        h("tbody", {}, sheet.headers.map((header, i) => header && h("tr", {}, h("th", { scope: "row", class: "wrap" }, header), h("td", { class: "q s wrap" }, sheet.samples[i]?.join("、") || ""),
          h("td", {}, h("select", { class: "gz-box sm", "aria-label": header, onchange: (event) => {
            for (const [key, at] of Object.entries(sheet.columns)) if (at === i) delete sheet.columns[key];
            if (event.target.value) sheet.columns[event.target.value] = i;
          } }, [["", say("not_used")], ...targets].map(([key, label]) => h("option", { value: key, selected: key !== "" && sheet.columns[key] === i }, label)))))))));
      return h("section", { class: "gz-mapsheet", "data-sheet": n }, h("div", { class: "row-x" }, h("b", {}, sheet.file, sheet.sheet ? ` · ${sheet.sheet}` : ""), h("span", { class: "q s" }, say("rows", { n: sheet.rows })), h("span", { class: "grow" }), role), table);
    };
    const dialog = D.dialog(say("import_title"), [h("h3", {}, say("map_title")), chosen.map(part)], [
      h("button", { type: "button", class: "gz-btn", "data-close": true }, say("cancel")),
      D.button(say("map_next"), () => preview(chosen.filter((sheet) => sheet.role)), "primary")], "wide");
    dialog.querySelector("footer .primary").focus();
  };

  /** What the sheets give, with the cells that were not taken. */
  const preview = async (sheets) => {
    const last = D.rows("DecLists").findLast((row) => !grid.isEmpty(row)) || {};
    let found;
    try {
      found = await D.post(data.urls.sheet_lines, { sheets: sheets.map(({ token, file, sheet, role, columns: c }) => ({ token, file, sheet, role, columns: c })), defaults: { DutyMode: "1", ...last } });
    } catch (error) { gz.toast(D.reasonOf(error), "error"); return; }
    if (found.problems) { gz.toast(found.problems[0].text, "error"); return; }
    D.learn(found.names);
    const shown = data.blocks.DecLists.filter((column) => found.rows.some((row) => row[column.element]));
    const old = D.rows("DecLists").filter((row) => !grid.isEmpty(row)).length;
    const take = (replace) => {
      dialog.close();
      grid.change((rows) => {
        const kept = replace ? [] : rows.filter((row) => !grid.isEmpty(row));
        rows.splice(0, rows.length, ...kept, ...D.copy(found.rows));
      });
      const paths = [];
      for (const [element, value] of Object.entries(found.head)) if (replace || !D.get(`DecHead.${element}`)) { D.set(`DecHead.${element}`, value); D.refill(`DecHead.${element}`); paths.push(`DecHead.${element}`); }
      if (paths.length) D.changed(...paths);
      grid.go(0, 0);
      gz.toast(say("import_done", { n: found.rows.length }));
    };
    const body = !found.rows.length ? [h("p", { class: "neg" }, say("import_none"))] : [
      h("p", { class: found.wrong.length ? null : "q" }, found.wrong.length ? say("import_problems", { n: found.wrong.length }) : say("import_clean")),
      found.wrong.length ? h("ul", { class: "gz-prob gz-pastelist", tabindex: "0" }, found.wrong.map((each) => h("li", { class: each.severity === "error" ? "e" : "w" }, D.icon(each.severity === "error" ? "circle-x" : "triangle-alert"), h("div", {}, h("b", {}, each.at), " ", each.text)))) : null,
      found.head_text ? h("p", {}, say("import_head", { text: found.head_text })) : null,
      h("div", { class: "gz-scroll gz-maplist", tabindex: "0", role: "region", "aria-label": say("map_next") }, h("table", { class: "gz-table gz-sheet" }, h("caption", { class: "sr" }, say("map_next")),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, say("item")), shown.map((column) => h("th", { scope: "col", class: column.kind === "number" ? "n" : null }, column.label)))),
        h("tbody", {}, found.rows.slice(0, 100).map((row, i) => h("tr", {}, h("th", { scope: "row" }, String(i + 1)), shown.map((column) => h("td", { class: column.kind === "number" ? "n" : null }, D.shown(column, row[column.element] || "", true))))))))];
    const dialog = D.dialog(say("import_title"), body, [
      h("button", { type: "button", class: "gz-btn", "data-close": true }, say("cancel")),
      old && found.rows.length ? D.button(say("import_replace", { n: old }), () => take(true)) : null,
      found.rows.length ? D.button(say("import_add", { n: found.rows.length }), () => take(!old), "primary") : null], "wide tall");
    (dialog.querySelector("footer .primary") || dialog.querySelector("footer button")).focus();
  };

  /* --- papers ------------------------------------------------------------------------------------------ */

  const box = document.getElementById("dec-files");
  const wrong = document.getElementById("dec-file-wrong");
  const tell = (problems) => {
    wrong.hidden = !problems.length;
    wrong.replaceChildren(...problems.map((each) => h("li", { class: "e" }, D.icon("circle-x"), h("div", {}, each.text, each.basis ? h("div", { class: "at" }, each.basis) : null))));
  };
  document.getElementById("dec-file-form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    D.wake(event.target);
    const form = event.target, file = form.elements.file;
    if (!file.files.length) { tell([{ text: say("choose_file") }]); file.focus(); return; }
    if (!(await D.save())) return;
    try {
      const answer = await D.post(form.action, new FormData(form));
      if (answer.problems) { tell(answer.problems); return; }
      tell([]);
      file.value = "";
      D.rows("EdocRealation").push(answer.relation);
      box.innerHTML = answer.html;
      D.changed();
      gz.announce(answer.relation.EdocCopId);
    } catch (error) { gz.toast(D.reasonOf(error), "error"); }
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-remove-file]")) return;
    event.preventDefault();
    D.wake(form);
    try {
      const answer = await D.post(form.action, {});
      if (answer.problems) { tell(answer.problems); return; }
      D.doc.EdocRealation = D.rows("EdocRealation").filter((row) => row.EdocID !== answer.removed);
      box.innerHTML = answer.html;
      D.changed();
    } catch (error) { gz.toast(D.reasonOf(error), "error"); }
  });
})();
