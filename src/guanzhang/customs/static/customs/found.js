/* 关账 - declaration form: what the server found. Problems docked beside the form with their fields marked,
   acknowledgements, deadlines, the tax estimate. */
(() => {
  "use strict";
  const D = window.gzDec;
  if (!D) return;
  const { h, say, data } = D;
  const panel = document.getElementById("dec-problems");
  const ICON = { error: "circle-x", warning: "triangle-alert", note: "info" }, CSS = { error: "e", warning: "w", note: "t" };
  let problems = [];

  /* --- marks ---------------------------------------------------------------------------------------------- */

  const inputsAt = (path) => [...document.querySelectorAll(`[data-path="${path}"]`)];
  D.markAgain = () => {
    for (const input of document.querySelectorAll("[data-marked]")) {
      delete input.dataset.marked;
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      input.classList.remove("warned");
    }
    for (const problem of problems) {
      if (problem.severity === "note" || problem.accepted) continue;
      for (const input of inputsAt(problem.path)) {
        input.dataset.marked = D.get(input.dataset.path) === "" ? "missing" : "1";
        input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), problem.id].filter(Boolean).join(" "));
        if (problem.severity === "error") input.setAttribute("aria-invalid", "true");
        else input.classList.add("warned");
      }
    }
    const tabs = new Map();
    for (const problem of problems) {
      const place = !problem.accepted && problem.severity !== "note" && inputsAt(problem.path)[0]?.closest('[role="tabpanel"]');
      if (place) tabs.set(place.id, (tabs.get(place.id) || 0) + 1);
    }
    for (const mark of document.querySelectorAll("[data-tab-mark]")) { const n = tabs.get(mark.dataset.tabMark) || 0; mark.textContent = n ? String(n) : ""; mark.hidden = !n; }
  };

  /** Go to the field of a problem: open its tab, its line, or the list of all elements. */
  D.goTo = (path) => {
    let input = inputsAt(path)[0];
    const line = /^DecLists\[(\d+)\](?:\.(\w+))?/.exec(path);
    if (!input && line) {
      D.showLine?.(Number(line[1]));
      input = inputsAt(path)[0] || document.querySelector('gz-rows[block="DecLists"]')?.at(Number(line[1]), 0);
    }
    if (!input) input = document.querySelector(`[data-path^="${path}["], [data-path^="${path}."]`);
    if (!input && path) { D.showAll?.(path); input = inputsAt(path)[0]; }
    const tab = input?.closest('[role="tabpanel"]');
    if (tab?.hidden) document.querySelector(`[aria-controls="${tab.id}"]`).click();
    if (!input) { document.getElementById("main").focus(); return; }
    input.scrollIntoView({ block: "center" });
    input.focus();
  };

  document.addEventListener("click", (event) => { const to = event.target.closest("[data-goto]"); if (to) D.goTo(to.dataset.goto); });

  /* --- the panel ------------------------------------------------------------------------------------------- */

  D.showFound = (found) => {
    if (!found) return;
    problems = found.problems.map((problem, i) => ({ ...problem, id: `dec-problem-${i}` }));
    const open = (kind) => problems.filter((p) => p.severity === kind && !p.accepted).length;
    const [errors, warnings, notes] = [open("error"), open("warning"), open("note")];
    const accepted = problems.filter((p) => p.accepted).length;
    const chips = [[errors, "err", "circle-x", "errors"], [warnings, "warn", "triangle-alert", "warnings"], [notes, "info", "info", "notes"], [accepted, "ok", "circle-check", "accepted"]];
    document.getElementById("dec-counts").replaceChildren(...chips.filter(([n]) => n).map(([n, css, icon, word]) => h("span", { class: `gz-chip ${css}` }, D.icon(icon), say(word, { n }))),
      ...(problems.length ? [] : [h("span", { class: "gz-chip ok" }, D.icon("circle-check"), say("clean"))]));
    const typing = panel.contains(document.activeElement) && panel.querySelector("form");
    if (!typing) panel.replaceChildren(...problems.map(line));
    D.markAgain();
    deadlines(found.deadlines || []);
    taxes(found.tax);
  };
  const line = (problem) => {
    const acts = [];
    if (data.urls.acknowledge && problem.finding && !problem.accepted) {
      if (problem.severity === "warning") acts.push(["acknowledge", "ack"]);
      if (problem.severity === "error" && data.may_override) acts.push(["override", "ask_override"]);
    }
    const item = h("li", { class: `${CSS[problem.severity]}${problem.accepted ? " done" : ""}`, id: problem.id }, D.icon(problem.accepted ? "circle-check" : ICON[problem.severity]),
      h("div", {}, h("span", { class: "sr" }, say(problem.severity)),
        problem.path ? h("button", { type: "button", class: "gz-link", onclick: () => D.goTo(problem.path) }, problem.where || say("go_there")) : null, problem.path ? " " : null, problem.text,
        problem.accepted ? h("div", { class: "q s" }, problem.accepted) : null,
        h("div", { class: "at" }, h("span", { title: problem.basis || null }, problem.code), problem.basis ? h("span", { class: "cut", title: problem.basis }, problem.basis) : null,
          acts.map(([act, word]) => h("button", { type: "button", class: "gz-link", onclick: () => reason(item, problem, act) }, say(word))),
          problem.confirm ? h("button", { type: "button", class: "gz-link", onclick: () => send("confirm", problem, "") }, say("confirm_override")) : null)));
    return item;
  };
  const reason = (item, problem, act) => {
    item.querySelector("form")?.remove();
    const id = `${problem.id}-why`, input = h("input", { class: "gz-in", id, maxlength: 300, required: true, autocomplete: "off" });
    const form = h("form", { class: "gz-reason", onsubmit: (event) => { event.preventDefault(); if (input.value.trim()) send(act, problem, input.value.trim()); } },
      h("label", { for: id, class: "q s" }, say(act === "override" ? "why_override" : "why_ack")), input,
      h("div", { class: "row-x" }, h("button", { class: "gz-btn sm primary" }, say("confirm")), h("button", { type: "button", class: "gz-btn sm", onclick: () => form.remove() }, say("cancel"))));
    item.lastElementChild.append(form);
    input.focus();
  };
  const send = async (act, problem, text) => {
    if (D.save && !(await D.save())) return;
    try {
      const answer = await D.post(data.urls.acknowledge, { act, finding: problem.finding, code: problem.code, path: problem.path, reason: text });
      if (answer.status !== 200) { gz.toast(answer.problems[0].text, "error"); return; }
      document.activeElement?.blur();
      D.showFound(answer.found);
      gz.announce(say("ack_done"));
      panel.querySelector("button")?.focus();
    } catch (error) { gz.toast(D.reasonOf(error), "error"); }
  };

  /* --- deadlines and taxes ------------------------------------------------------------------------------------ */

  const deadlines = (found) => {
    document.getElementById("dec-deadlines").replaceChildren(...found.map((each) =>
      h("span", { class: `gz-chip ${each.css}` }, D.icon(each.icon), each.text)));
  };
  const taxes = (tax) => {
    const box = document.getElementById("dec-tax");
    if (!box) return;
    box.closest(".gz-panel").hidden = !tax;
    if (!tax) return;
    document.getElementById("dec-tax-meta").textContent = tax.meta;
    box.replaceChildren(h("caption", { class: "sr" }, say("tax_caption")), h("thead", { class: "sr" }, h("tr", {}, h("th", {}, say("item_name")), h("th", {}, say("amount")))),
      h("tbody", {}, tax.rows.map(([name, amount, css]) => h("tr", { class: css || null }, h("th", { scope: "row" }, name), h("td", { class: "n" }, amount)))),
      tax.total ? h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, tax.total[0]), h("td", { class: "n" }, tax.total[1]))) : "");
    document.getElementById("dec-tax-foot").replaceChildren(...tax.notes.map((text) => h("p", {}, text)));
    const grid = document.querySelector('gz-rows[block="DecLists"]');
    tax.lines.forEach((line, i) => { for (const [key, text] of Object.entries(line)) { const cell = grid?.body.rows[i]?.querySelector(`[data-extra="${key}"]`); if (cell) cell.textContent = text; } });
    for (const [key, text] of Object.entries(tax.sums)) { const cell = grid?.querySelector(`[data-extra-sum="${key}"]`); if (cell) cell.textContent = text; }
  };
})();
