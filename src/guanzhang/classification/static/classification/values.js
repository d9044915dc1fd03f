/* 关账 - scheme editor: inputs for values, by the type of the fact. */
(() => {
  "use strict";
  const E = window.gzScheme;
  if (!E) return;
  const { h, say } = E;

  /**
   * A box for a number or a text. The raw text is what the definition stores; a ratio is typed in percent.
   * ``set`` receives the raw text at every key stroke; leaving the box shows it grouped.
   */
  E.numberBox = ({ at, value, label, set, type = "number", unit = "", css = "" }) => {
    const ratio = type === "ratio";
    const show = (raw) => (ratio ? E.grouped(E.shift(raw, 2)) : E.grouped(raw, type === "money"));
    const read = (typed) => {
      const plain = E.plain(typed);
      return ratio ? E.shift(plain.replace(/%$/, ""), -2) : plain;
    };
    const box = h("input", {
      class: `gz-box sm n ${css}`, type: "text", inputmode: "decimal", autocomplete: "off", value: show(value ?? ""),
      "aria-label": label, "data-at": at, "data-spot": at, "data-raw": value ?? "", maxlength: 40,
      oninput: () => { box.dataset.raw = read(box.value); set(box.dataset.raw); },
      onblur: () => { box.value = show(box.dataset.raw); },
    });
    const shown = ratio ? "%" : unit;
    return [box, shown ? h("span", { class: "q s" }, shown) : null];
  };

  E.textBox = ({ at, value, label, set, css = "", type = "text", maxlength = 60, ...more }) => {
    const box = h("input", {
      class: `gz-box sm ${css}`, type, autocomplete: "off", value: value ?? "", "aria-label": label, "data-at": at,
      "data-spot": at, "data-raw": value ?? "", maxlength, ...more,
      oninput: () => { box.dataset.raw = box.value.trim(); set(box.dataset.raw); },
    });
    return box;
  };

  /** The inputs for the values of one test. ``set(values)`` changes the draft without a redraw. */
  E.valueInputs = ({ fact, op, count, values, at, label, set }) => {
    if (count === 0) return [];
    const one = (place, extra = {}) => ({
      at: count === 1 ? `${at}.value` : `${at}.values[${place}]`,
      label: count === 2 ? say(place ? "upper_bound" : "lower_bound", { name: label }) : say("value_of", { name: label }),
      value: values[place] ?? "",
      set: (raw) => { values[place] = raw; set(values); },
      ...extra,
    });
    const type = fact ? fact.type : "text";
    if (op === "within_last" || op === "before_last") return E.numberBox(one(0, { unit: say("days") }));
    if (type === "money" || type === "number" || type === "ratio") {
      const box = (place) => E.numberBox(one(place, { type, unit: fact.unit }));
      return count === 2 ? [box(0), h("span", { class: "q s" }, say("to")), box(1)].flat() : box(0);
    }
    if (type === "date") {
      const box = (place) => E.textBox(one(place, { type: "date", css: "day" }));
      return count === 2 ? [box(0), h("span", { class: "q s" }, say("to")), box(1)] : [box(0)];
    }
    if (type === "flag" || (fact && fact.choices.length && count === 1)) {
      const choices = type === "flag" ? [["true", say("yes")], ["false", say("no")]] : fact.choices;
      return [E.choiceBox(one(0, { choices }))];
    }
    if (type === "text" && count === 1) return [E.textBox(one(0, { css: "wide", maxlength: 200 }))];
    return [E.picker({ fact, values, single: count === 1, label, at: count === 1 ? `${at}.value` : `${at}.values`, set })];
  };

  E.choiceBox = ({ at, value, label, choices, set }) => {
    const known = choices.some(([code]) => code === value);
    const options = known ? choices : [[value, value ? value : say("choose")], ...choices];
    const box = E.select({ "data-at": at, "data-spot": at, "data-raw": value, "aria-label": label }, options, value, (raw) => {
      box.dataset.raw = raw;
      set(raw);
    });
    return box;
  };

  /** The name a person knows a value by. */
  E.valueName = (fact, code) => {
    if (!fact) return code;
    const found = fact.choices.find(([each]) => each === code);
    return found ? found[1] : (E.data.labels[fact.code] || {})[code] || code;
  };

  /* --- picker: one or several of many, from a short list, a tree on the server, or free text --- */

  E.picker = ({ fact, values, single, label, at, set }) => {
    const tree = fact && fact.type === "tree";
    const free = !tree && !(fact && fact.choices.length);
    const tokens = h("span", { class: "gz-picked" });
    const list = h("ul", { class: "gz-picklist", "aria-label": say("values_of", { name: label }) });
    const summary = h("summary", { class: "gz-btn sm", "data-spot": at, "data-at": at, "aria-label": say("choose_values", { name: label }) },
                      E.icon("plus"), say("choose"));
    const filter = E.textBox({ at: `${at}#find`, value: "", label: say(free ? "type_value" : "find_value", { name: label }),
                               css: "wide", maxlength: 60, set: (text) => { if (!free) load(text); } });
    filter.placeholder = say(free ? "type_and_enter" : tree ? "tree_hint" : "find");
    filter.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      const typed = filter.value.trim();
      if (free && typed) { toggle(typed, true); filter.value = ""; }
    });
    const box = h("details", { class: "gz-menu", "data-menu": true, ontoggle: () => { if (box.open) { load(""); filter.focus(); } } },
      summary, h("div", { class: "gz-pop pad" }, filter, list));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && box.open) { event.stopPropagation(); box.open = false; summary.focus(); }
    });

    const toggle = (code, on) => {
      if (single) values.splice(0, values.length, ...(on ? [code] : []));
      else if (on && !values.includes(code)) values.push(code);
      else if (!on) values.splice(values.indexOf(code), 1);
      set(values);
      drawTokens();
    };
    const drawTokens = () => {
      tokens.replaceChildren(...values.map((code) => {
        const name = E.valueName(fact, code);
        return h("span", { class: "gz-tok" }, h("b", { title: code }, name),
          h("button", { type: "button", "aria-label": say("remove_value", { name }), onclick: () => {
            toggle(code, false);
            if (box.open) load(filter.value);
            summary.focus();
          } }, E.icon("x")));
      }));
    };
    const row = ({ code, name, hint }) =>
      h("li", {}, h("label", {},
        h("input", { type: single ? "radio" : "checkbox", name: `pick-${at}`, checked: values.includes(code),
                     onchange: (event) => {
                       if (tree) (E.data.labels[fact.code] ??= {})[code] = name;
                       toggle(code, event.target.checked);
                     } }),
        h("span", {}, name), hint ? h("span", { class: "q s" }, hint) : null));
    const load = async (text) => {
      if (free) return;
      let found;
      if (tree) {
        found = await E.nodes(fact.code, text);
        if (filter.value.trim() !== text.trim()) return; // a newer question is on its way
      } else {
        const wanted = text.trim().toLowerCase();
        found = fact.choices.filter(([code, name]) => !wanted || name.toLowerCase().includes(wanted) || code === text)
          .map(([code, name]) => ({ code, name }));
      }
      list.replaceChildren(...(found.length ? found.map(row) : [h("li", { class: "q s" }, say("nothing_found"))]));
    };
    drawTokens();
    return h("span", { class: "gz-pick" }, tokens, box);
  };

  /** Nodes of a tree that match a text; the first storey for an empty one. */
  E.nodes = async (fact, text) => {
    const query = new URLSearchParams({ fact, q: text });
    try {
      const answer = await fetch(`${E.data.urls.nodes}?${query}`, { headers: { Accept: "application/json" } });
      return answer.ok ? (await answer.json()).nodes : [];
    } catch {
      gz.toast(say("offline"), "error");
      return [];
    }
  };

  /* --- which fact, which window, which class --------------------------------------------------- */

  E.factBox = ({ at, value, label, types, set }) => {
    const groups = new Map();
    for (const fact of E.data.facts) {
      if (types && !types.includes(fact.type)) continue;
      if (!groups.has(fact.group)) groups.set(fact.group, []);
      groups.get(fact.group).push([fact.code, fact.name]);
    }
    const known = E.fact(value) && (!types || types.includes(E.fact(value).type));
    const head = known ? [] : [[value, value ? say("unknown_fact", { code: value }) : say("choose_fact")]];
    return E.select({ class: "gz-box sm fact", "data-at": at, "data-spot": at, "aria-label": label,
                      title: known ? E.fact(value).meaning : null },
      [...head, ...[...groups].map(([group, options]) => ({ group, options }))], value, set);
  };

  E.windowBox = ({ fact, at, value, label, set }) => {
    if (!fact || !fact.windowed) return null;
    const usual = E.data.windows.find(([code]) => code === E.draft.window);
    return E.select({ class: "gz-box sm window", "data-at": at, "data-spot": at, "aria-label": label },
      [["", say("usual_window", { name: usual ? usual[1] : "" })], ...E.data.windows], value, set);
  };

  const classLabel = ({ code, name }) =>
    !name ? code : code.length > 3 || name.startsWith(code) ? name : `${code} ${name}`;

  /** A class, by id; null is 无数据. */
  E.classBox = ({ at, value, label, set, unknown = true }) => {
    const options = E.draft.classes.map((each) => [each.id, classLabel(each)]);
    if (unknown) options.push(["", say("unknown")]);
    const gone = value !== null && !E.draft.classes.some((each) => each.id === value);
    if (gone) options.unshift([value, say("gone_class", { code: E.codeOf(E.draft, value) })]);
    else if (value === null && !unknown) options.unshift(["", say("choose")]);
    return E.select({ "data-at": at, "data-spot": at, "aria-label": label, class: "gz-box sm class" }, options, value ?? "",
      (id) => set(id === "" ? null : id));
  };

  E.classMark = (ref) => {
    const place = E.draft.classes.findIndex((each) => each.id === ref);
    const found = E.draft.classes[place];
    return found ? E.mark(found.code || "?", "", found.colour, place) : E.mark("", "", 0, 0);
  };
})();
