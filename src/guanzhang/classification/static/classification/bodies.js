/* 关账 - scheme editor: by attribute, by bands, by rules. */
(() => {
  "use strict";
  const E = window.gzScheme;
  if (!E) return;
  const { h, say } = E;
  const NUMERIC = ["money", "number", "ratio"];
  const NAMED = ["choice", "tree", "flag", "text"];

  const field = (label, control, w = 3) => {
    const target = control.matches?.("input,select") ? control : null;
    if (target) { target.id = `f-${target.dataset.spot}`; target.removeAttribute("aria-label"); target.classList.replace("gz-box", "gz-in"); target.classList.remove("sm"); }
    return h("div", { class: "gz-f", "--w": w }, h(target ? "label" : "span", target ? { for: target.id } : { class: "lab" }, label), control);
  };
  const panel = (title, hint, ...content) =>
    h("section", { class: "gz-panel" }, h("header", {}, h("h2", {}, title), hint ? h("span", { class: "meta" }, hint) : null), content);
  E.field = field;
  E.panel = panel;

  /** The choice of fact and window at the head of a body; ``at`` is where they are in the definition. */
  E.factFields = (body, at, types, changed) => [
    field(say("fact"), E.factBox({ at: `${at}.fact`, value: body.fact, label: say("fact"), types, set: (code) => {
      const before = E.fact(body.fact), after = E.fact(code);
      body.fact = code;
      if (after && !after.windowed) body.window = "";
      changed(before, after);
      E.redraw(`${at}.fact`);
    } }), 3),
    E.fact(body.fact)?.windowed
      ? field(say("window"), E.windowBox({ fact: E.fact(body.fact), at: `${at}.window`, value: body.window, label: say("window"),
                                          set: (code) => { body.window = code; E.changed(); } }), 3)
      : null,
  ];

  /* --- by attribute ---------------------------------------------------------------------------- */

  E.attributeBody = (body) => {
    const fact = E.fact(body.fact);
    const mode = h("div", { class: "gz-seg", role: "group", "aria-label": say("mode") }, ["map", "each"].map((code) =>
      h("button", { type: "button", "aria-pressed": String(body.mode === code), "data-spot": `body.mode#${code}`, onclick: () => {
        body.mode = code;
        E.redraw(`body.mode#${code}`);
      } }, say(`mode_${code}`))));
    const types = body.mode === "each" ? ["choice", "tree"] : NAMED;
    const forget = (before, after) => {
      if (before === after) return;
      body.map.forEach((entry) => { entry.values = []; });
      body.level = "";
    };
    return panel(say("by_attribute"), say(body.mode === "each" ? "each_hint" : "map_hint"),
      h("div", { class: "gz-form" }, field(say("mode"), mode, 4), E.factFields(body, "body", types, forget),
        body.mode === "each" && fact && fact.levels.length
          ? field(say("level"), E.select({ "data-at": "body.level", "data-spot": "body.level", "aria-label": say("level") },
              [["", say("level_any")], ...fact.levels], body.level, (code) => { body.level = code; E.changed(); }), 2)
          : null),
      E.slot("body"), body.mode === "each" ? null : mapTable(body, fact));
  };

  const mapTable = (body, fact) => {
    const rows = body.map.map((entry, place) => {
      const at = `body.map[${place}]`, name = say("entry_n", { n: place + 1 });
      const tools = E.entryTools({ list: body.map, place, at: "body.map", name });
      return [
        h("tr", { "data-at": at, ...tools.drop },
          h("td", { class: "nw" }, tools.grip, h("span", { class: "q s" }, String(place + 1))),
          h("td", { class: "wrap" }, fact && fact.type !== "flag"
            ? E.picker({ fact, values: entry.values, single: false, label: name, at: `${at}.values`, set: () => E.changed() })
            : E.choiceBox({ at: `${at}.values[0]`, value: entry.values[0] ?? "", label: say("value_of", { name }),
                            choices: fact ? [["true", say("yes")], ["false", say("no")]] : [], set: (raw) => { entry.values = [raw]; E.changed(); } })),
          h("td", { class: "nw" }, E.classMark(entry.to), " ", E.classBox({ at: `${at}.class`, value: entry.to, label: say("class_of", { name }),
            set: (id) => { entry.to = id; E.redraw(`${at}.class`); } })),
          h("td", { class: "n", "data-count": at }),
          h("td", { class: "nw" }, tools.buttons)),
        h("tr", { class: "wrongs", hidden: true }, h("td", { colspan: 5 }, E.slot(at))),
      ];
    });
    return [
      h("table", { class: "gz-table" }, h("caption", { class: "sr" }, say("map_caption")),
        h("thead", {}, h("tr", {}, [["", "mark"], ["values", ""], ["class", ""], ["members", ""], ["", "actions"]].map(([key, hidden]) =>
          h("th", { scope: "col", class: key === "members" ? "n" : null }, key ? say(`head_${key}`) : h("span", { class: "sr" }, say(hidden)))))),
        h("tbody", {}, rows, h("tr", {}, h("td", {}), h("td", {}, say("rest")), h("td", { class: "nw" }, E.classMark(body.rest), " ",
          E.classBox({ at: "body.else", value: body.rest, label: say("class_of_rest"), set: (id) => { body.rest = id; E.redraw("body.else"); } })),
          h("td", {}), h("td", {})), h("tr", { class: "wrongs", hidden: true }, h("td", { colspan: 5 }, E.slot("body.else"))))),
      h("div", { class: "gz-actions" }, E.addButton(say("add_entry"), "body.map#add", () => {
        body.map.push({ values: [], to: E.draft.classes[body.map.length]?.id ?? null });
        E.redraw(`body.map[${body.map.length - 1}].values`);
      }), E.slot("body.map")),
    ];
  };

  /* --- bands: shared by the bands kind and by the items of a score ----------------------------- */

  E.methodBox = (banded, at, results) =>
    E.select({ "data-at": `${at}.method`, "data-spot": `${at}.method`, "aria-label": say("method") }, E.data.methods, banded.method, (code) => {
      banded.method = code;
      E.fitCuts(banded, results.length);
      E.redraw(`${at}.method`);
    });

  /**
   * One row per band from the highest value down. ``results`` holds what each band leads to,
   * ``result(place)`` draws it, ``blank()`` makes a new one; ``name`` is the field of the results.
   */
  E.bandRows = ({ banded, results, at, name, result, blank }) => {
    const cuts = banded.cuts[banded.method], fact = E.fact(banded.fact);
    const cutBox = (place) => {
      const common = { at: `${at}.cuts[${place}]`, value: cuts[place] ?? "", set: (raw) => { cuts[place] = raw; E.changed(); } };
      if (banded.method === "share")
        return [h("span", { class: "q s" }, say("share_to")), E.numberBox({ ...common, label: say("cut_share_n", { n: place + 1 }), unit: "%" })];
      return [h("span", {}, "≥"), E.numberBox({ ...common, label: say("cut_n", { n: place + 1 }), type: fact ? fact.type : "number", unit: fact ? fact.unit : "" })];
    };
    return results.map((_, place) => {
      const last = place === results.length - 1;
      const band = say("band_n", { n: place + 1 });
      return h("tr", { "data-at": `${at}.${name}[${place}]` },
        h("td", { class: "q s" }, String(place + 1)),
        h("td", { class: "nw" }, h("span", { class: "gz-cond" }, banded.method === "quantile"
          ? say("part_n", { n: place + 1, of: results.length })
          : last ? h("span", { class: "q" }, say("rest")) : cutBox(place), h("span", { class: "was", "data-was": `${at}.cuts[${place}]` }))),
        h("td", { class: "nw" }, result(place)),
        h("td", { class: "nw" }, E.iconButton("plus", say("insert_below", { name: band }), `${at}.${name}[${place}]#add`, () => {
          results.splice(place + 1, 0, blank());
          if (banded.method !== "quantile") cuts.splice(last ? place : place + 1, 0, "");
          E.redraw(banded.method === "quantile" ? `${at}.${name}[${place + 1}]` : `${at}.cuts[${last ? place : place + 1}]`);
        }), results.length > 2 ? E.iconButton("x", say("remove", { name: band }), `${at}.${name}[${place}]#remove`, () => {
          results.splice(place, 1);
          if (banded.method !== "quantile") cuts.splice(last ? place - 1 : place, 1);
          E.redraw(`${at}.${name}[${Math.min(place, results.length - 1)}]#remove`, `${at}.${name}[0]#add`);
        }) : null));
    });
  };

  E.bandTable = (caption, resultHead, rows) =>
    h("table", { class: "gz-table gz-bands" }, h("caption", { class: "sr" }, caption),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, say("head_band")), h("th", { scope: "col" }, say("head_cut")),
        h("th", { scope: "col" }, resultHead), h("th", { scope: "col" }, h("span", { class: "sr" }, say("actions"))))),
      h("tbody", {}, rows));

  E.bandsBody = (body) => panel(say("by_bands"), say(`hint_${body.method}`),
    h("div", { class: "gz-form" }, E.factFields(body, "body", NUMERIC, () => {}),
      field(say("method"), E.methodBox(body, "body", body.bands), 3)),
    E.slot("body"),
    E.bandTable(say("bands_caption"), say("head_class"), E.bandRows({
      banded: body, results: body.bands, at: "body", name: "bands", blank: () => null,
      result: (place) => [E.classMark(body.bands[place]), " ", E.classBox({
        at: `body.bands[${place}]`, value: body.bands[place], label: say("class_of", { name: say("band_n", { n: place + 1 }) }),
        set: (id) => { body.bands[place] = id; E.redraw(`body.bands[${place}]`); } })],
    })),
    E.slot("body.bands"), E.slot("body.cuts"));

  /* --- by rules ------------------------------------------------------------------------------- */

  E.rulesBody = (body) => h("div", { "data-at": "body" },
    E.slot("body"),
    E.ruleList(body.rules, "body.rules", { name: "rule_n", add: "add_rule" }),
    h("section", { class: "gz-rule", "aria-label": say("rest"), "data-at": "body.default" },
      h("header", {}, h("span", { class: "q s" }, String(body.rules.length + 1)), E.classMark(body.rest),
        E.classBox({ at: "body.default", value: body.rest, label: say("class_of_rest"), set: (id) => { body.rest = id; E.redraw("body.default"); } }),
        h("span", { class: "q s grow" }, say("rest_customers")), h("span", { class: "b nw", "data-taken": "body.default" })),
      E.slot("body.default")));
})();
