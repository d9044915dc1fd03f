/* 关账 - declaration form: one input for one element. Reads and writes the document at data-path; a coded
   field is the kit's combobox over the code table, shows 名称 (代码) and keeps what was typed when no code fits. */
(() => {
  "use strict";
  const D = window.gzDec;
  if (!D) return;
  const { h, say, data } = D;
  const PLACES = { DeclPrice: 4, DeclTotal: 2 };
  let serial = 0;

  /** What an input shows for the value of its field. ``brief``: a cell, the name alone. */
  D.shown = (field, value, brief) => {
    if (field.kind === "date") return D.dayShown(value);
    if (field.kind === "number") return D.grouped(value, PLACES[field.element] || 0);
    if (field.kind === "code" && value) return brief ? D.nameOf(field.table, value) || value : D.labelOf(field.table, value);
    return value;
  };
  /** What a typed text is as a value; codes are settled by the server, see `settle`. */
  D.typed = (field, text) => {
    if (field.kind === "date") return D.dayRead(text);
    if (field.kind === "number") return D.plain(text);
    return text.trim();
  };

  /** Put the value of the document into an input. */
  D.fill = (input) => {
    const field = input.field, value = valueOf(input);
    const text = D.shown(field, value, input.brief);
    if (input.value !== text) input.value = text;
    input.kept = { text, value };
    if (field.kind === "code") input.title = D.labelOf(field.table, value);
    else if (input.brief && field.kind === "elements") input.title = value;
  };
  const valueOf = (input) => {
    const value = D.get(input.dataset.path);
    return input.field.kind === "promise" ? (value[input.field.place] ?? "9") : value;
  };

  /** Take over what stands in an input. True when the document changed. */
  D.commit = (input) => {
    const { field } = input;
    if (field.kind === "promise") return put(input, promises(field.place, input.value));
    if (input.kept && input.value === input.kept.text) return false;
    if (field.kind === "code") return settle(input);
    const value = D.typed(field, input.value);
    const changed = put(input, value);
    D.fill(input);
    return changed;
  };
  const promises = (place, answer) => {
    const signs = [...D.get("DecHead.PromiseItmes").padEnd(5, "9")];
    signs[place] = answer;
    return signs.join("");
  };
  const put = (input, value, told = true) => {
    const { path } = input.dataset;
    if (D.get(path) === value) return false;
    D.set(path, value);
    if (told) D.changed(path);
    return true;
  };

  /** A code was typed and not chosen: the server says which it is; until then it stands as typed. */
  const settle = (input) => {
    const { field } = input, text = input.value.trim(), { path } = input.dataset;
    if (!text) { const changed = put(input, ""); D.fill(input); return changed; }
    const known = D.nameOf(field.table, text.toUpperCase()) ? text.toUpperCase() : D.nameOf(field.table, text) ? text : null;
    const changed = put(input, known ?? text);
    D.fill(input);
    if (!known) askCode(field, text).then((code) => {
      if (code === null || D.get(path) !== text) return;
      D.set(path, code);
      D.refill(path);
      D.changed(path);
    });
    return changed;
  };
  const askCode = async (field, text) => {
    try {
      const found = await D.post(data.urls.cells, { columns: [field.element], block: field.block, rows: [[text]] });
      D.learn(found.names);
      return found.rows[0]?.[field.element] ?? null;
    } catch { return null; }                                              // offline: the check says it later
  };

  /** Write the inputs of a path again, wherever they stand. */
  D.refill = (path) => {
    for (const input of document.querySelectorAll(`[data-path="${path}"]`)) if (input.field) D.fill(input);
  };

  /* --- making ---------------------------------------------------------------------------------------- */

  /** An input for ``field`` at ``path``; ``brief`` in a cell of a table. */
  D.input = (field, path, { brief = false, label = null, id = null } = {}) => {
    const off = !D.editable || field.kind === "fixed";
    const attributes = {
      id, "data-path": path, "aria-label": label, autocomplete: "off", spellcheck: "false",
      class: `gz-in${field.kind === "number" ? " n" : ""}`,
    };
    let input;
    if (field.kind === "choice" || field.kind === "promise") {
      const options = field.kind === "promise" ? data.promises : [["", ""], ...data.choices[field.table]];
      const value = field.kind === "promise" ? null : D.get(path);
      if (value && !options.some(([code]) => code === value)) options.push([value, value]);
      input = h("select", { ...attributes, disabled: off }, options.map(([code, name]) =>
        h("option", { value: code }, code && field.kind === "choice" ? `${name} (${code})` : name)));
    } else {
      const look = !off && ["code", "party", "tariff", "goods"].includes(field.kind);
      input = h("input", { type: "text", ...attributes, readonly: off, maxlength: field.kind === "code" ? 60 : field.length || null,
        inputmode: field.kind === "number" ? "decimal" : null, placeholder: field.kind === "fixed" && !brief ? data.words.by_system : null,
        ...(look ? { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list" } : {}) });
      if (look) input.addEventListener("focus", () => bind(input), { once: true });
    }
    input.field = field;
    input.brief = brief;
    D.fill(input);
    if (!off) {
      input.addEventListener(input.tagName === "SELECT" ? "change" : "blur", () => D.commit(input));
      if (input.tagName !== "SELECT") {
        input.addEventListener("focus", () => { if (field.kind === "number") { input.value = D.get(input.dataset.path); input.kept.text = input.value; } if (field.kind === "code" && brief) { input.value = D.labelOf(field.table, D.get(input.dataset.path)); input.kept.text = input.value; } if (!input.typing) input.select(); });
        input.addEventListener("blur", () => { if (field.kind === "code" || field.kind === "number") D.fill(input); });
        input.addEventListener("input", () => D.touched?.());
      }
    }
    return input;
  };

  /** The labelled field of a form. */
  D.field = (field, path) => {
    const id = `dec-${(serial += 1)}`;
    const input = D.input(field, path, { id });
    if (field.need && !input.readOnly) input.setAttribute("aria-required", "true");
    const holds = input.getAttribute("role") === "combobox" ? h("span", { class: "gz-look" }, input) : input;
    return h("div", { class: "gz-f", "--w": field.width },
      h("label", { for: id, title: field.label }, field.label, field.need ? [" ", h("b", { "aria-hidden": "true" }, "*")] : null), holds);
  };

  /* --- the combobox of a field, made when the field is first used ---------------------------------------- */

  const SOURCES = {
    code: (field) => D.html(data.urls.lookups[field.table]),
    party: () => D.html(data.urls.parties),
    tariff: () => D.html(data.urls.tariffs),
    goods: () => (text, signal) => (data.urls.goods ? D.html(data.urls.goods)(text, signal) : Promise.resolve("")),
  };
  const bind = (input) => {
    const { field } = input;
    if (field.kind === "code" && !data.urls.lookups[field.table]) return;
    const list = h("ul", { class: "gz-list fixed", id: `dec-list-${(serial += 1)}`, role: "listbox", "aria-label": field.label, hidden: true });
    (input.closest("dialog") || document.body).append(list);
    input.setAttribute("aria-controls", list.id);
    const box = gz.combobox(input, list, {
      source: async (text, signal) => {
        const answer = await SOURCES[field.kind](field)(text, signal);
        place(input, list);
        return answer.replaceAll('id="dec-', `id="${list.id}-`);
      },
      take(option) {
        box.show(false);
        take(input, option);
      },
      leave() { if (field.kind === "code") { D.fill(input); input.value = D.labelOf(field.table, D.get(input.dataset.path)); input.kept.text = input.value; } },
    });
    input.list_ = list;
    input.addEventListener("keydown", (event) => {                        // Esc closes the list and keeps the rest of the page
      if (event.key === "Escape" && !list.hidden) event.stopPropagation();
    });
    input.addEventListener("blur", () => box.show(false));
    list.addEventListener("click", () => box.show(false));
  };
  const place = (input, list) => {
    const at = input.getBoundingClientRect();
    const below = innerHeight - at.bottom > 240 || at.top < 240;
    list.style.left = `${Math.min(at.left, innerWidth - 330)}px`;
    list.style.top = below ? `${at.bottom + 2}px` : "auto";
    list.style.bottom = below ? "auto" : `${innerHeight - at.top + 2}px`;
    list.style.minWidth = `${Math.max(at.width, 180)}px`;
  };
  const take = (input, option) => {
    const { field } = input, { path } = input.dataset, value = option.dataset.value;
    if (field.kind === "code") {
      D.learn({ [field.table]: { [value]: option.dataset.text } });
      const changed = D.get(path) !== value;
      D.set(path, value);
      D.fill(input);
      input.value = D.labelOf(field.table, value);
      input.kept.text = input.value;
      if (changed) D.changed(path);
    } else if (field.kind === "party") D.fillParty(path, value);
    else if (field.kind === "tariff") { D.set(path, value); D.fill(input); D.changed(path); D.fillTariff(path); }
    else if (field.kind === "goods") D.fillGoods(path, value);
  };

  /* --- what a choice fills beside itself ------------------------------------------------------------------ */

  const PARTY = { TradeName: ["TradeCoScc", "TradeCode"], OwnerName: ["OwnerCodeScc", "OwnerCode"], AgentName: ["AgentCodeScc", "AgentCode"] };
  D.fillParty = async (path, id) => {
    try {
      const found = await D.ask(data.urls.party, { id });
      const [block, name] = path.split("."), paths = [path, ...PARTY[name].map((each) => `${block}.${each}`)];
      [found.name, found.usc_code, found.customs_code].forEach((value, i) => { if (value) D.set(paths[i], value); });
      if (name === "TradeName" && !D.get(`${block}.OwnerName`)) {           // mostly the same company
        for (const [from, to] of [["TradeName", "OwnerName"], ["TradeCoScc", "OwnerCodeScc"], ["TradeCode", "OwnerCode"]]) {
          D.set(`${block}.${to}`, D.get(`${block}.${from}`));
          paths.push(`${block}.${to}`);
        }
      }
      paths.forEach(D.refill);
      D.changed(...paths);
    } catch (error) { gz.toast(D.reasonOf(error), "error"); }
  };

  /** What the tariff says of a code, kept for the page. */
  const tariffs = new Map();
  D.tariff = async (code) => {
    if (!/^\d{8,10}$/.test(code)) return null;
    if (!tariffs.has(code)) {
      try { tariffs.set(code, await D.ask(data.urls.tariff, { code, on: D.get("DecHead.IEDate") })); } catch { return null; }
    }
    const found = tariffs.get(code);
    D.learn(found.names);
    return found.known ? found : null;
  };
  D.fillTariff = async (path) => {
    const row = path.replace(/\.CodeTS$/, ""), found = await D.tariff(D.get(path));
    if (!found) return;
    const paths = [];
    const fill = (element, value, always) => {
      if (value !== undefined && (always || !D.get(`${row}.${element}`)) && D.get(`${row}.${element}`) !== value) { D.set(`${row}.${element}`, value); paths.push(`${row}.${element}`); }
    };
    fill("GName", found.name);
    fill("FirstUnit", found.unit1, true);
    fill("SecondUnit", found.unit2, true);
    fill("GUnit", found.unit1);
    fill("DutyMode", "1");
    paths.forEach(D.refill);
    if (paths.length) D.changed(...paths);
  };
  D.fillGoods = async (path, id) => {
    try {
      const { row, names } = await D.ask(data.urls.used, { id });
      const at = path.replace(/\.GName$/, ""), paths = [];
      D.learn(names);
      for (const [element, value] of Object.entries(row)) {
        if (["GNo", "GQty", "FirstQty", "SecondQty", "DeclTotal"].includes(element) || typeof value !== "string") continue;
        if (element !== "GName" && element !== "CodeTS" && element !== "GModel" && D.get(`${at}.${element}`)) continue;
        D.set(`${at}.${element}`, value);
        paths.push(`${at}.${element}`);
      }
      paths.forEach(D.refill);
      D.changed(...paths);
      D.fillTariff(`${at}.CodeTS`);
    } catch (error) { gz.toast(D.reasonOf(error), "error"); }
  };
})();
