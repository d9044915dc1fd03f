/* 关账 - scheme editor: what the server found, at its place: problems, counts, sentences, changes. */
(() => {
  "use strict";
  const E = window.gzScheme;
  if (!E) return;
  const { h, say } = E;
  const root = document.getElementById("scheme-editor");
  const by = (name, value) => root.querySelectorAll(`[data-${name}="${value.replace(/["\\]/g, "\\$&")}"]`);
  const count = (n) => E.grouped(String(n));

  /** The path of what contains a path: a.b[2].c → a.b[2] → a.b → a → "". */
  const outer = (path) => path.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, "");

  const nearest = (path, find) => {
    for (let at = path; at; at = outer(at)) {
      const found = find(at);
      if (found) return found;
    }
    return null;
  };
  E.inputAt = (path) => nearest(path, (at) => [...by("at", at)].find((e) => e.matches("input,select,summary")));
  const placeOf = (path) => E.inputAt(path) || nearest(path, (at) => by("at", at)[0]?.querySelector("input,select,button,summary"));

  /* --- problems ------------------------------------------------------------------------------- */

  E.clearProblems = () => {
    root.querySelectorAll("[data-slot]").forEach((slot) => { slot.replaceChildren(); slot.hidden = true; });
    root.querySelectorAll("tr.wrongs").forEach((row) => { row.hidden = true; });
    root.querySelectorAll("[aria-invalid]").forEach((input) => { input.removeAttribute("aria-invalid"); input.removeAttribute("aria-describedby"); });
  };

  const symbol = (problem) => E.icon(problem.severity === "error" ? "circle-x" : "triangle-alert");

  E.showProblems = (problems) => {
    E.clearProblems();
    problems.forEach((problem, number) => {
      const slot = nearest(problem.path, (at) => by("slot", at)[0]) || by("slot", "body")[0];
      if (slot) {
        const id = `wrong-${number}`;
        slot.append(h("li", { id, class: problem.severity === "error" ? "e" : "w" }, symbol(problem), h("span", {}, problem.text)));
        slot.hidden = false;
        const row = slot.closest("tr.wrongs");
        if (row) row.hidden = false;
        const input = problem.severity === "error" ? exactInput(problem.path) : null;
        if (input) { input.setAttribute("aria-invalid", "true"); input.setAttribute("aria-describedby", id); }
      }
    });
    const errors = problems.filter((problem) => problem.severity === "error").length;
    const chip = document.getElementById("scheme-verdict");
    chip.className = `gz-chip ${errors ? "err" : problems.length ? "warn" : "ok"}`;
    chip.replaceChildren(E.icon(errors ? "circle-x" : problems.length ? "triangle-alert" : "circle-check"),
      say("verdict", { errors, warnings: problems.length - errors }));
    document.getElementById("scheme-problems").replaceChildren(...(problems.length
      ? problems.map(problemLine)
      : [h("li", { class: "none" }, say("no_problems"))]));
  };

  /** The input a fault names, or the one that holds the list it names a part of. */
  const exactInput = (path) => {
    for (const at of [path, path.replace(/\[\d+\]$/, ""), path.replace(/\.values?$/, ".values[0]")]) {
      const found = [...by("at", at)].find((e) => e.matches("input,select,summary"));
      if (found) return found;
    }
    return null;
  };

  const problemLine = (problem) =>
    h("li", { class: problem.severity === "error" ? "e" : "w" }, symbol(problem),
      h("div", {}, h("span", { class: "sr" }, say(problem.severity)), problem.text,
        h("div", { class: "at" }, h("span", {}, problem.code),
          h("button", { type: "button", class: "gz-link", onclick: () => {
            const place = placeOf(problem.path);
            place?.scrollIntoView({ block: "center" });
            place?.focus();
          } }, say("go_there")))));

  /* --- sentences -------------------------------------------------------------------------------- */

  E.showLines = (sections) => {
    document.getElementById("scheme-lines").replaceChildren(...sections.map(({ section, lines }) =>
      h("div", {}, h("h3", { class: "q s" }, section), h("ol", { class: "gz-lines" }, lines.map((line) => h("li", {}, line))))));
  };

  /* --- counts ------------------------------------------------------------------------------------ */

  E.clearCounts = () => {
    root.querySelectorAll("[data-count],[data-taken],[data-class-count]").forEach((place) => place.replaceChildren());
  };

  E.showCounts = (counts) => {
    E.clearCounts();
    for (const [path, n] of Object.entries(counts.conditions))
      for (const place of by("count", path)) place.replaceChildren(say("satisfied"), " ", h("b", {}, count(n)));
    for (const [path, n] of Object.entries(counts.taken))
      for (const place of by("taken", path)) place.replaceChildren(say("customers", { n: count(n) }));
    for (const each of counts.classes)
      for (const place of by("class-count", each.code)) place.replaceChildren(count(each.members));
    const ranked = counts.classes.filter((each) => each.code);
    document.getElementById("scheme-counts").replaceChildren(...counts.classes.map((each) =>
      h("tr", {}, h("th", { scope: "row" }, E.mark(each.code, each.name, each.colour, ranked.indexOf(each))),
        h("td", { class: "n" }, count(each.members)),
        h("td", { class: "share" }, h("span", { class: "bar", "data-k": each.code ? each.colour : 0, "--v": width(each.members, counts.total) }),
          h("span", { class: "sr" }, width(each.members, counts.total))))));
    document.getElementById("scheme-total").textContent = count(counts.total);
    document.getElementById("scheme-known").replaceChildren(...counts.known.map((each) =>
      h("tr", {}, h("th", { scope: "row", class: "wrap" }, each.name), h("td", { class: "n" }, count(each.known)),
        h("td", { class: "n q" }, count(counts.total - each.known)))));
    E.countState(say("counted", { as_of: counts.as_of, seconds: counts.seconds }));
  };

  const width = (n, of) => `${of ? ((100 * n) / of).toFixed(1) : 0}%`;
  E.countState = (text) => { document.getElementById("scheme-count-state").textContent = text; };

  /* --- what was changed since the version in force ---------------------------------------------- */

  const valueAt = (json, path) => path.split(/[.[\]]+/).filter(Boolean).reduce((part, key) => part?.[key], json);

  const testText = (test) => {
    const fact = E.fact(test.fact);
    const op = E.opsOf(fact).find(([code]) => code === test.op)?.[1] ?? test.op;
    const values = test.values ?? (test.value === undefined ? [] : [test.value]);
    const dated = test.op === "within_last" || test.op === "before_last";
    const shown = values.map((value) => dated ? `${value} ${say("days")}`
      : fact?.type === "ratio" ? `${E.grouped(E.shift(value, 2))}%`
      : fact && ["money", "number"].includes(fact.type) ? E.grouped(value, fact.type === "money") : E.valueName(fact, value));
    return `${op} ${shown.join("、")}`.trim();
  };

  E.showChanges = () => {
    if (!E.base || E.base.kind !== E.draft.kind) return;
    const now = E.write(E.draft);
    for (const place of root.querySelectorAll("[data-was]")) {
      const path = place.dataset.was, was = valueAt(E.base, path), is = valueAt(now, path);
      const known = was !== undefined && is !== undefined && (typeof was === "string" ? was !== is
        : was.fact === is.fact && JSON.stringify(was) !== JSON.stringify(is));
      const input = typeof was === "string" ? E.inputAt(path) : null;
      input?.classList.toggle("changed", known);
      place.replaceChildren(...(known ? [h("span", { class: "gz-chip warn" }, E.icon("pencil"), say("was", { value: typeof was === "string" ? was : testText(was) }))] : []));
    }
  };
})();
