/* 关账 - scheme editor: the score card with its grades, vetoes and limits. */
(() => {
  "use strict";
  const E = window.gzScheme;
  if (!E) return;
  const { h, say } = E;
  const NUMERIC = ["money", "number", "ratio"];

  /** The sum of the weights, exactly, in hundredths; null while one of them is no number. */
  const weightSum = (items) => {
    let sum = 0;
    for (const { weight } of items) {
      if (!/^\d{1,6}(\.\d{1,2})?$/.test(weight)) return null;
      sum += Number(E.shift(weight, 2));
    }
    return sum;
  };
  const sumChip = (items) => {
    const sum = weightSum(items);
    const right = sum === 10000;
    return h("span", { class: `gz-chip ${right ? "ok" : "err"}`, "data-weights": true, role: "status" },
      E.icon(right ? "check" : "circle-x"),
      sum === null ? say("weights_unreadable") : say(right ? "weights_right" : "weights_wrong", { sum: E.shift(String(sum), -2) }));
  };
  const pointsBox = (at, value, label, set) => E.numberBox({ at, value, label, set, unit: say("points"), css: "points" });

  /** Points for a gap: unknown, or a number. */
  const gapBox = (at, value, label, set) => {
    const unknown = value === "unknown";
    return [
      E.select({ "data-spot": `${at}#how`, "aria-label": label }, [["unknown", say("score_unknown")], ["points", say("gives_points")]],
        unknown ? "unknown" : "points", (code) => { set(code === "unknown" ? "unknown" : "0"); E.redraw(`${at}#how`); }),
      unknown ? h("span", { "data-at": at }) : pointsBox(at, value, label, (raw) => { set(raw); E.changed(); }),
    ];
  };

  const gradedPart = (graded, at) => [
    h("div", { class: "gz-form" }, E.factFields(graded, at, NUMERIC, () => {}),
      E.field(say("method"), E.methodBox(graded, at, graded.points), 3)),
    E.bandTable(say("points_caption"), say("head_points"), E.bandRows({
      banded: graded, results: graded.points, at, name: "points", blank: () => "0",
      result: (place) => h("span", { class: "gz-cond" }, pointsBox(`${at}.points[${place}]`, graded.points[place],
        say("points_of", { name: say("band_n", { n: place + 1 }) }), (raw) => { graded.points[place] = raw; E.changed(); }),
        h("span", { class: "was", "data-was": `${at}.points[${place}]` })),
    })),
    h("div", { class: "gz-cond gap" }, h("span", { class: "q" }, say("when_unknown")),
      gapBox(`${at}.missing`, graded.missing, say("when_unknown"), (raw) => { graded.missing = raw; })),
  ];

  const casesPart = (cases, at) => [
    cases.list.map((each, place) => {
      const name = say("case_n", { n: place + 1 }), path = `${at}.cases[${place}]`;
      const tools = E.entryTools({ list: cases.list, place, at: `${at}.cases`, name });
      return h("div", { class: "gz-case", "data-at": path, ...tools.drop },
        h("div", { class: "gz-cond" }, tools.grip, h("span", { class: "q s" }, name),
          pointsBox(`${path}.points`, each.points, say("points_of", { name }), (raw) => { each.points = raw; E.changed(); }),
          h("span", { class: "cnt", "data-taken": path }), tools.buttons),
        E.conditionEditor(each.when, `${path}.when`, name), E.slot(path));
    }),
    h("div", { class: "gz-cond gap" }, E.addButton(say("add_case"), `${at}.cases#add`, () => {
      cases.list.push({ when: E.newGroup(), points: "0" });
      E.redraw(`${at}.cases[${cases.list.length - 1}].when.all[0].fact`);
    }), h("span", { class: "q" }, say("rest")), gapBox(`${at}.else`, cases.rest, say("points_of", { name: say("rest") }), (raw) => { cases.rest = raw; })),
    E.slot(`${at}.cases`),
  ];

  const drawItem = (items, item, place) => {
    const at = `body.items[${place}]`, name = item.name || say("item_n", { n: place + 1 });
    const tools = E.entryTools({ list: items, place, at: "body.items", name });
    const mode = h("div", { class: "gz-seg", role: "group", "aria-label": say("item_mode", { name }) }, ["graded", "cases"].map((code) =>
      h("button", { type: "button", "aria-pressed": String(item.mode === code), "data-spot": `${at}#${code}`, onclick: () => {
        item.mode = code;
        E.redraw(`${at}#${code}`);
      } }, say(`item_${code}`))));
    return h("section", { class: "gz-rule", "aria-label": name, "data-at": at, ...tools.drop },
      h("header", {}, tools.grip, h("span", { class: "q s" }, String(place + 1)),
        E.textBox({ at: `${at}.name`, value: item.name, label: say("item_name", { n: place + 1 }), css: "name", maxlength: 40,
                    set: (text) => { item.name = text; E.changed(); } }),
        h("span", { class: "q s" }, say("weight")),
        E.numberBox({ at: `${at}.weight`, value: item.weight, label: say("weight_of", { name }), unit: "%", css: "points", set: (raw) => {
          item.weight = raw;
          document.querySelector("[data-weights]")?.replaceWith(sumChip(items));
          E.changed();
        } }), h("span", { class: "was", "data-was": `${at}.weight` }),
        mode, h("span", { class: "grow" }), tools.buttons),
      item.mode === "graded" ? gradedPart(item.graded, at) : casesPart(item.cases, at), E.slot(at));
  };

  const grades = (body) => {
    const rows = body.grades.map((ref, place) => {
      const last = place === body.grades.length - 1, name = say("grade_n", { n: place + 1 });
      return h("tr", { "data-at": `body.grades[${place}]` },
        h("td", { class: "q s" }, String(place + 1)),
        h("td", {}, h("span", { class: "gz-cond" }, last ? h("span", { class: "q" }, say("rest")) : [
          h("span", { class: "q s" }, say("total_at_least")),
          pointsBox(`body.cuts[${place}]`, body.cuts[place], say("cut_n", { n: place + 1 }), (raw) => { body.cuts[place] = raw; E.changed(); }),
          h("span", { class: "was", "data-was": `body.cuts[${place}]` })])),
        h("td", { class: "nw" }, E.classMark(ref), " ", E.classBox({ at: `body.grades[${place}]`, value: ref, label: say("class_of", { name }),
          set: (id) => { body.grades[place] = id; E.redraw(`body.grades[${place}]`); } })),
        h("td", { class: "nw" },
          E.iconButton("plus", say("insert_below", { name }), `body.grades[${place}]#add`, () => {
            body.grades.splice(place + 1, 0, null);
            body.cuts.splice(last ? place : place + 1, 0, "");
            E.redraw(`body.cuts[${last ? place : place + 1}]`);
          }),
          body.grades.length > 1 ? E.iconButton("x", say("remove", { name }), `body.grades[${place}]#remove`, () => {
            body.grades.splice(place, 1);
            body.cuts.splice(last ? place - 1 : place, 1);
            E.redraw(`body.grades[${Math.min(place, body.grades.length - 1)}]#remove`, "body.grades[0]#add");
          }) : null));
    });
    return E.panel(say("grades"), say("grades_hint"), E.bandTable(say("grades"), say("head_class"), rows), E.slot("body.grades"), E.slot("body.cuts"));
  };

  const limits = (body) => [
    body.limits.map((limit, place) => {
      const at = `body.limits[${place}]`, name = say("limit_n", { n: place + 1 });
      const tools = E.entryTools({ list: body.limits, place, at: "body.limits", name });
      return h("section", { class: "gz-rule", "aria-label": name, "data-at": at, ...tools.drop },
        h("header", {}, tools.grip, h("span", { class: "q s" }, say("limit_then")),
          E.select({ "data-spot": `${at}#way`, "aria-label": say("limit_way", { name }) }, [["floor", say("at_least")], ["cap", say("at_most")]],
            limit.floor ? "floor" : "cap", (code) => { limit.floor = code === "floor"; E.redraw(`${at}#way`); }),
          E.classMark(limit.to), E.classBox({ at: `${at}.${limit.floor ? "at_least" : "at_most"}`, value: limit.to, unknown: false,
            label: say("class_of", { name }), set: (id) => { limit.to = id; E.redraw(`${at}.${limit.floor ? "at_least" : "at_most"}`); } }),
          h("span", { class: "grow" }), tools.buttons),
        E.conditionEditor(limit.when, `${at}.when`, name), E.slot(at));
    }),
    h("div", { class: "gz-add" }, E.addButton(say("add_limit"), "body.limits#add", () => {
      body.limits.push({ when: E.newGroup(), floor: false, to: E.draft.classes.at(-1)?.id ?? null });
      E.redraw(`body.limits[${body.limits.length - 1}].when.all[0].fact`);
    })),
  ];

  E.scoreBody = (body) => h("div", { class: "stack", "data-at": "body" },
    h("div", {}, h("div", { class: "gz-sub" }, h("h2", {}, say("items")), sumChip(body.items), h("span", { class: "q s" }, say("items_hint"))),
      E.slot("body"), E.slot("body.items"), body.items.map((item, place) => drawItem(body.items, item, place)),
      h("div", { class: "gz-add" }, E.addButton(say("add_item"), "body.items#add", () => {
        const rest = 10000 - (weightSum(body.items) ?? 10000);
        body.items.push(E.newItem(rest > 0 ? E.shift(String(rest), -2) : ""));
        E.redraw(`body.items[${body.items.length - 1}].name`);
      }))),
    grades(body),
    h("div", {}, h("div", { class: "gz-sub" }, h("h2", {}, say("vetoes")), h("span", { class: "q s" }, say("vetoes_hint"))),
      E.ruleList(body.vetoes, "body.vetoes", { name: "veto_n", add: "add_veto" })),
    h("div", {}, h("div", { class: "gz-sub" }, h("h2", {}, say("limits")), h("span", { class: "q s" }, say("limits_hint"))), limits(body)));
})();
