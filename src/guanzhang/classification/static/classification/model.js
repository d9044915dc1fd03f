/* 关账 - scheme editor: the draft as the editor holds it, read from and written to JSON.
   Classes are referred to by an id that survives renaming; "?X" is a code nobody defined. A kind that
   was left keeps its body, so switching there and back loses nothing while the page is open. */
(() => {
  "use strict";
  const E = window.gzScheme;
  if (!E) return;
  const facts = new Map(E.data.facts.map((fact) => [fact.code, fact]));
  let made = 0;

  E.fact = (code) => facts.get(code);
  E.newClass = (fields) => ({ id: `c${(made += 1)}`, code: "", name: "", colour: 0, meaning: "", ...fields });

  /* --- conditions --------------------------------------------------------------------------- */

  const readNode = (json) => {
    let neg = false;
    while ("not" in json) { neg = !neg; json = json.not; }
    for (const join of ["all", "some"])
      if (join in json) return { join, neg, of: json[join].map(readNode) };
    const values = "value" in json ? [json.value] : [...(json.values || [])];
    return { neg, fact: json.fact || "", window: json.window || "", op: json.op, values };
  };

  /** The root of a condition is always a group, so that there is a place to add to. */
  E.readCondition = (json) => {
    const node = readNode(json);
    return node.join && !node.neg ? node : { join: "all", neg: false, of: [node] };
  };

  E.writeCondition = (node) => {
    const core = node.join ? { [node.join]: node.of.map(E.writeCondition) } : writeTest(node);
    return node.neg ? { not: core } : core;
  };

  const writeTest = (node) => {
    const count = E.valueCount(node);
    const [first = "", second = ""] = node.values;
    const given = count === 0 ? {} : count === 1 ? { value: first } : { values: count === 2 ? [first, second] : node.values };
    return { fact: node.fact, ...(node.window ? { window: node.window } : {}), op: node.op, ...given };
  };

  /** How many values the operator takes: 0, 1, 2, or null for one and more. */
  E.valueCount = (node) => {
    const fact = E.fact(node.fact);
    const known = fact && E.data.ops[fact.type].find(([code]) => code === node.op);
    return known ? known[2] : node.values.length === 1 ? 1 : null;
  };

  E.opsOf = (fact) => (fact ? E.data.ops[fact.type] : [["==", "=", 1]]);
  E.newTest = () => ({ neg: false, fact: "", window: "", op: "==", values: [] });
  E.newGroup = (join = "all") => ({ join, neg: false, of: [E.newTest()] });

  /* --- definitions -------------------------------------------------------------------------- */

  const banding = (json, size) => {
    const cuts = { fixed: [], share: [], quantile: [] };
    cuts[json.method] = [...(json.cuts || [])];
    const banded = { fact: json.fact, window: json.window || "", method: json.method, cuts };
    E.fitCuts(banded, size);
    return banded;
  };

  /** One cut fewer than results, whatever the method. */
  E.fitCuts = (banded, size) => {
    const cuts = banded.cuts[banded.method];
    const wanted = banded.method === "quantile" ? 0 : Math.max(0, size - 1);
    while (cuts.length < wanted) cuts.push("");
    cuts.length = wanted;
  };

  const writeBanding = ({ fact, window, method, cuts }) => ({
    fact, ...(window ? { window } : {}), method, ...(cuts[method].length ? { cuts: cuts[method] } : {}),
  });

  E.read = (json) => {
    const draft = { kind: json.kind, window: json.window, bodies: {}, gone: {} };
    draft.classes = json.classes.map((each) => E.newClass(each));
    const ref = (code) => {
      if (code === null || code === undefined) return null;
      const found = draft.classes.find((each) => each.code === code);
      return found ? found.id : `?${code}`;
    };
    draft.bodies[json.kind] = READ[json.kind](json.body, ref);
    return draft;
  };

  E.codeOf = (draft, ref) => {
    if (ref === null) return null;
    if (ref.startsWith("?")) return ref.slice(1);
    const found = draft.classes.find((each) => each.id === ref);
    return found ? found.code : (draft.gone[ref] ?? "");
  };

  E.write = (draft) => {
    const body = WRITE[draft.kind](E.bodyOf(draft), (ref) => E.codeOf(draft, ref));
    const classes = body.mode === "each" ? [] : draft.classes.map(({ code, name, colour, meaning }) =>
      ({ code, name, colour, meaning }));
    return { kind: draft.kind, window: draft.window, classes, body };
  };

  /** The body of the present kind; a blank one the first time a kind is chosen. */
  E.bodyOf = (draft) => (draft.bodies[draft.kind] ??= BLANK[draft.kind](draft.classes.map((each) => each.id)));

  const rule = (ref) => (json) => ({ when: E.readCondition(json.when), to: ref(json.class) });
  const writeRule = (code) => (each) => ({ when: E.writeCondition(each.when), class: code(each.to) });

  const item = (json) => {
    const size = (json.points || []).length;
    const graded = "cases" in json ? BLANK_GRADED() :
      { ...banding(json, size), points: [...json.points], missing: json.missing };
    const cases = "cases" in json
      ? { list: json.cases.map((each) => ({ when: E.readCondition(each.when), points: each.points })), rest: json.else }
      : { list: [{ when: E.newGroup(), points: "100" }], rest: "0" };
    return { name: json.name, weight: json.weight, mode: "cases" in json ? "cases" : "graded", graded, cases };
  };
  const writeItem = ({ name, weight, mode, graded, cases }) => ({
    name, weight,
    ...(mode === "graded"
      ? { ...writeBanding(graded), points: graded.points, missing: graded.missing }
      : { cases: cases.list.map((each) => ({ when: E.writeCondition(each.when), points: each.points })), else: cases.rest }),
  });
  const BLANK_GRADED = () => ({ fact: "", window: "", method: "fixed", points: ["100", "50", "0"], missing: "0",
                                cuts: { fixed: ["", ""], share: [], quantile: [] } });
  E.newItem = (weight) => ({ name: "", weight, mode: "graded", graded: BLANK_GRADED(),
                             cases: { list: [{ when: E.newGroup(), points: "100" }], rest: "0" } });

  const READ = {
    attribute: (json, ref) => ({
      mode: json.mode, fact: json.fact, window: json.window || "", level: json.level || "",
      map: (json.map || []).map((each) => ({ values: [...each.values], to: ref(each.class) })),
      rest: ref(json.else ?? null),
    }),
    bands: (json, ref) => ({ ...banding(json, json.bands.length), bands: json.bands.map(ref) }),
    rules: (json, ref) => ({ rules: json.rules.map(rule(ref)), rest: ref(json.default ?? null) }),
    score: (json, ref) => ({
      items: json.items.map(item), cuts: fitted(json.cuts, json.grades.length - 1), grades: json.grades.map(ref),
      vetoes: (json.vetoes || []).map(rule(ref)),
      limits: (json.limits || []).map((each) => ({
        when: E.readCondition(each.when), floor: "at_least" in each, to: ref(each.at_least ?? each.at_most) })),
    }),
  };
  const fitted = (cuts, size) => Array.from({ length: Math.max(0, size) }, (_, place) => cuts[place] ?? "");

  const WRITE = {
    attribute: (body, code) => {
      const named = { fact: body.fact, ...(body.window ? { window: body.window } : {}) };
      return body.mode === "each"
        ? { mode: "each", ...named, ...(body.level ? { level: body.level } : {}) }
        : { mode: "map", ...named, map: body.map.map((each) => ({ values: each.values, class: code(each.to) })),
            else: code(body.rest) };
    },
    bands: (body, code) => ({ ...writeBanding(body), bands: body.bands.map(code) }),
    rules: (body, code) => ({ rules: body.rules.map(writeRule(code)), default: code(body.rest) }),
    score: (body, code) => ({
      items: body.items.map(writeItem), cuts: body.cuts, grades: body.grades.map(code),
      vetoes: body.vetoes.map(writeRule(code)),
      limits: body.limits.map((each) => ({ when: E.writeCondition(each.when),
                                           [each.floor ? "at_least" : "at_most"]: code(each.to) ?? "" })),
    }),
  };

  const BLANK = {
    attribute: (ids) => ({ mode: "map", fact: "", window: "", level: "", rest: null,
                           map: ids.map((to) => ({ values: [], to })) }),
    bands: (ids) => {
      const bands = ids.length > 1 ? ids : [ids[0] ?? null, null];
      const body = { fact: "", window: "", method: "fixed", bands: [...bands], cuts: { fixed: [], share: [], quantile: [] } };
      E.fitCuts(body, body.bands.length);
      return body;
    },
    rules: (ids) => ({ rules: ids.slice(0, -1).map((to) => ({ when: E.newGroup(), to })), rest: ids.at(-1) ?? null }),
    score: (ids) => ({ items: [E.newItem("100")], cuts: fitted([], ids.length - 1), grades: ids.length ? [...ids] : [null],
                       vetoes: [], limits: [] }),
  };
})();
