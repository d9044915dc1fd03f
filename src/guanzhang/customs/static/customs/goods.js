/* 关账 - declaration form: what goods lines need beyond a table: quantity × price, totals, the declaration
   elements of a code, the rest of the current line, merging. */
(() => {
  "use strict";
  const D = window.gzDec;
  if (!D) return;
  const { h, say, data } = D;
  const grid = document.querySelector('gz-rows[block="DecLists"]');
  if (!grid) return;

  /* --- quantity × price = total ------------------------------------------------------------------- */

  const ROW = /^DecLists\[(\d+)\]\.(\w+)$/;
  const put = (path, value) => { if (value === null || D.get(path) === value) return false; D.set(path, value); D.refill(path); return true; };

  /** Two of the three give the third; a legal quantity in the same unit follows the declared one. */
  const compute = (row, changed) => {
    const at = (element) => `DecLists[${row}].${element}`, value = (element) => D.get(at(element));
    if ((changed === "GQty" || changed === "DeclPrice") && value("GQty") && value("DeclPrice")) put(at("DeclTotal"), D.times(value("GQty"), value("DeclPrice"), 2));
    else if (changed === "DeclTotal" && value("GQty") && !value("DeclPrice")) put(at("DeclPrice"), D.divided(value("DeclTotal"), value("GQty"), 4));
    else if (changed === "GQty" && value("DeclTotal") && !value("DeclPrice")) put(at("DeclPrice"), D.divided(value("DeclTotal"), value("GQty"), 4));
    if (["GQty", "GUnit", "FirstUnit", "SecondUnit"].includes(changed))
      for (const [unit, quantity] of [["FirstUnit", "FirstQty"], ["SecondUnit", "SecondQty"]])
        if (value(unit) && value(unit) === value("GUnit") && value("GQty")) put(at(quantity), value("GQty"));
  };
  grid.computed = (row, values) => {
    for (const element of ["GQty", "DeclPrice"]) if (values[element] && values.DeclTotal === undefined) { compute(row, element); break; }
  };
  D.onChange((paths) => {
    for (const path of paths) {
      const match = ROW.exec(path);
      if (!match) continue;
      compute(Number(match[1]), match[2]);
      if (match[2] === "CodeTS") D.fillTariff(path);
    }
    if (!paths.length || paths.some((path) => ROW.test(path))) later();
  });

  /* --- totals, once a frame ---------------------------------------------------------------------------- */

  let asked = 0;
  const later = () => { if (!asked) asked = requestAnimationFrame(() => { asked = 0; totals(); }); };
  const totals = () => {
    const rows = D.rows("DecLists").filter((row) => !grid.isEmpty(row)), by = new Map();
    for (const row of rows) if (row.DeclTotal) by.set(row.TradeCurr || "", [...(by.get(row.TradeCurr || "") || []), row.DeclTotal]);
    const money = [...by].map(([currency, parts]) => { const total = D.sum(parts); return total === null ? "" : `${currency} ${D.grouped(total, 2)}`.trim(); }).filter(Boolean);
    const kilos = rows.length && rows.every((row) => row.FirstUnit === "035" || row.SecondUnit === "035")
      ? D.sum(rows.map((row) => (row.FirstUnit === "035" ? row.FirstQty : row.SecondQty))) : null;
    const column = (element) => data.blocks.DecLists.findIndex((c) => c.element === element);
    const before = column("DeclPrice") + 1, after = data.blocks.DecLists.length - column("DeclTotal") - 1;
    grid.foot.replaceChildren(h("tr", {},
      h("th", { scope: "row", colspan: before }, say("sum_lines", { n: rows.length }), kilos === null ? null : h("span", { class: "q" }, " · ", say("sum_kilos", { kilos: D.grouped(kilos) }))),
      h("td", { class: "n", colspan: 2, id: "dec-sum" }, money.map((text) => h("div", {}, text))), h("td", { colspan: after }),
      (data.goods_extra || []).map(([key]) => h("td", { class: "n led2 extra", "data-extra-sum": key }))));
    document.getElementById("dec-lines").textContent = say("lines", { n: rows.length });
    const over = document.getElementById("dec-over");
    over.hidden = rows.length <= data.most;
    if (!over.hidden) over.querySelector("[data-text]").textContent = say("too_many", { n: rows.length, parts: Math.ceil(rows.length / data.most), most: data.most });
  };
  grid.addEventListener("drawn", later);
  later();

  /* --- the rest of the current line ---------------------------------------------------------------------- */

  const rest = document.getElementById("dec-line");
  const showLine = (row) => {
    if (!D.rows("DecLists")[row]) return;
    document.getElementById("dec-line-no").textContent = say("line_of", { n: row + 1, name: D.get(`DecLists[${row}].GName`) });
    rest.replaceChildren(...data.line.map((field) => D.field(field, `DecLists[${row}].${field.element}`)));
    D.markAgain?.();
  };
  grid.addEventListener("line", (event) => showLine(event.detail));
  grid.addEventListener("drawn", () => showLine(Math.min(grid.current ?? 0, D.rows("DecLists").length - 1)));
  D.showLine = showLine;

  /* --- declaration elements: one input each, joined by | ------------------------------------------------- */

  const CHOICES = { 品牌类型: "brand_type", 出口享惠情况: "export_preference" };
  /** "品牌:X|型号:Y" or "X|Y" → values in the order of the elements. */
  const split = (text, names) => {
    const parts = text ? text.split("|") : [], found = names.map(() => ""), plain = (name) => name.replace(/[（(].*$/, "").trim();
    const labelled = parts.map((part) => /^\s*([^:：]+)[:：](.*)$/.exec(part)).map((m) => (m ? [names.findIndex((n) => plain(n) === plain(m[1])), m[2].trim()] : null));
    if (labelled.some((m) => m && m[0] >= 0)) {
      labelled.forEach((m, i) => { if (m && m[0] >= 0) [found[m[0]]] = [m[1]]; else if (parts[i].trim() && i < found.length && !found[i]) found[i] = parts[i].trim(); });
      return found;
    }
    parts.forEach((part, i) => { if (i < found.length) found[i] = part.trim(); else found.push(part.trim()); });
    return found;
  };
  D.elements = async (row) => {
    const path = `DecLists[${row}].GModel`, found = await D.tariff(D.get(`DecLists[${row}].CodeTS`));
    if (!found || !found.elements.length) { gz.toast(say("no_elements")); return; }
    const values = split(D.get(path), found.elements);
    const names = [...found.elements, ...values.slice(found.elements.length).map((_, i) => say("more_element", { n: i + 1 }))];
    const inputs = names.map((name, i) => {
      const table = CHOICES[name.replace(/[（(].*$/, "")], id = `dec-el-${i}`;
      const input = table
        ? h("select", { class: "gz-in", id, disabled: !D.editable }, [["", ""], ...data.choices[table]].map(([code, label]) => h("option", { value: code }, code ? `${label} (${code})` : "")))
        : h("input", { class: "gz-in", id, autocomplete: "off", maxlength: 255, readonly: !D.editable });
      input.value = values[i] || "";
      return input;
    });
    const preview = h("output", { class: "gz-modelline" });
    const joined = () => inputs.map((input) => input.value.trim().replaceAll("|", "/")).join("|");
    const show = () => { preview.textContent = joined(); preview.classList.toggle("neg", joined().length > 255); };
    inputs.forEach((input) => input.addEventListener("input", show));
    inputs[0].addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text/plain");
      if (!text.includes("|")) return;
      event.preventDefault();
      split(text, found.elements).forEach((value, i) => { if (inputs[i]) inputs[i].value = value; });
      show();
    });
    const keep = () => {
      const value = joined();
      D.set(path, /[^|]/.test(value) ? value : "");
      D.refill(path);
      D.changed(path);
      dialog.close();
    };
    const dialog = D.dialog(say("elements_title", { code: D.get(`DecLists[${row}].CodeTS`), name: D.get(`DecLists[${row}].GName`) }),
      [found.is_demo ? h("p", { class: "q s" }, say("demo_tariff")) : null,
        h("div", { class: "gz-form", "--cols": 6 }, names.map((name, i) => h("div", { class: "gz-f", "--w": 3 }, h("label", { for: `dec-el-${i}`, title: name }, `${i + 1}. ${name}`), inputs[i]))),
        h("p", { class: "q s" }, say("elements_result")), preview],
      D.editable ? [h("button", { type: "button", class: "gz-btn", "data-close": true }, say("cancel")), D.button(say("use"), keep, "primary")] : null, "wide");
    dialog.querySelectorAll(".gz-form input").forEach((input) => input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || gz.composing(event)) return;
      event.preventDefault();
      const next = inputs[inputs.indexOf(input) + 1];
      if (next) next.focus(); else keep();
    }));
    show();
    inputs.find((input) => !input.value)?.focus();
  };
  /** "品牌:…|型号:…" typed or pasted into the cell itself is put in order. */
  D.onChange(async (paths) => {
    for (const path of paths) {
      const match = /^DecLists\[(\d+)\]\.GModel$/.exec(path), text = D.get(path);
      if (!match || !/[:：]/.test(text) || !text.includes("|")) continue;
      const found = await D.tariff(D.get(`DecLists[${match[1]}].CodeTS`));
      if (!found?.elements.length) continue;
      const ordered = split(text, found.elements).join("|");
      if (D.get(path) === text && put(path, ordered)) D.changed(path);
    }
  });

  /* --- the buttons over the table ---------------------------------------------------------------------------- */

  const here = () => Math.max(0, Math.min(grid.current ?? 0, D.rows("DecLists").length - 1));
  const ACTS = {
    add: () => grid.add(),
    insert: () => grid.insert(here()),
    copy: () => grid.copyAbove(Math.max(1, here()), 0),
    remove: () => grid.drop(here()),
    undo: () => { if (!grid.back()) gz.toast(say("nothing_back")); },
    elements: () => D.elements(here()),
    merge: async () => {
      try {
        const found = await D.post(data.urls.merge, { rows: D.rows("DecLists") });
        if (!found.saved) { gz.toast(say("nothing_equal")); return; }
        grid.change((rows) => rows.splice(0, rows.length, ...found.rows));
        gz.toast(say("merged", { n: found.saved }));
      } catch (error) { gz.toast(D.reasonOf(error), "error"); }
    },
    split: async () => {
      if (!(await D.save())) return;
      if (!(await gz.ask(say("split_ask", { parts: Math.ceil(D.rows("DecLists").length / data.most), most: data.most })))) return;
      const found = await D.post(data.urls.split, { revision: D.revision() });
      if (found.url) location.assign(found.url); else gz.toast(found.problems[0].text, "error");
    },
    paste: () => {
      const box = h("textarea", { class: "gz-box", rows: 8, "aria-label": say("paste_here") });
      const dialog = D.dialog(say("paste_block"), [h("p", {}, say("paste_help", { name: data.blocks.DecLists[0].label })), box], [
        h("button", { type: "button", class: "gz-btn", "data-close": true }, say("cancel")),
        D.button(say("paste"), () => { const text = box.value; dialog.close(); const last = D.rows("DecLists").length - 1; grid.take(text, grid.isEmpty(D.rows("DecLists")[last]) ? last : last + 1, 0); }, "primary")], "wide");
      box.focus();
    },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-goods]");
    if (button && D.editable) ACTS[button.dataset.goods]();
  });
})();
