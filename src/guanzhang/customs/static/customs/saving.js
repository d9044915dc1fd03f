/* 关账 - declaration form: saving. Three seconds after the last change and when the form is left; one request
   at a time; offline keeps the input and says so; when somebody saved first, field by field what to keep. */
(() => {
  "use strict";
  const D = window.gzDec;
  if (!D) return;
  const { h, say, data } = D;
  const SAVE = 3000, CHECK = 500, AGAIN = 10000;
  const state = document.getElementById("dec-saved");
  let revision = data.revision, base = D.copy(data.document), dirty = false, saver = 0, checker = 0, saving = null, asking = null, conflict = false;

  const show = (key, icon, values) => {
    state.replaceChildren(D.icon(icon), h("span", {}, say(key, values)));
    state.classList.toggle("neg", key === "failed");
  };
  D.revision = () => revision;
  D.isDirty = () => dirty;

  /* --- what changed, and when to act ------------------------------------------------------------------- */

  D.touched = () => { if (!dirty && !conflict) show("unsaved", "cloud"); };
  D.onChange(() => {
    if (!D.editable) return;
    dirty = true;
    if (!conflict) show("unsaved", "cloud");
    clearTimeout(saver);
    saver = setTimeout(() => D.save(), SAVE);
    clearTimeout(checker);
    checker = setTimeout(check, CHECK);
  });
  const check = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await D.post(data.urls.check, { document: D.doc }, asking.signal);
      if (answer.found) { D.learn(answer.names); D.showFound(answer.found); }
    } catch (error) { if (error.name !== "AbortError") offline(error); }
  };
  const offline = (error) => { if (dirty) { show("failed", "cloud-off", { reason: D.reasonOf(error) }); clearTimeout(saver); saver = setTimeout(() => D.save(), AGAIN); } };

  /** Save what is on the page; true when the server has it. A call during a save waits for a second one. */
  D.save = async ({ last = false, asked = false } = {}) => {
    clearTimeout(saver);
    const here = document.activeElement;
    if (here?.field && !last) D.commit(here);
    if (saving) { await saving; return dirty || asked ? D.save({ last, asked }) : true; }
    if (!D.editable || conflict) return !conflict;
    if (!dirty && !asked) return true;
    saving = store(last, asked);
    const done = await saving;
    saving = null;
    return done;
  };
  const store = async (last, asked) => {
    const sent = JSON.stringify(D.doc);
    show("saving", "refresh-cw");
    try {
      const answer = await D.post(data.urls.save, { document: D.doc, revision, last, autosave: !asked });
      if (answer.status === 200) {
        revision = answer.revision;
        base = JSON.parse(sent);
        dirty = JSON.stringify(D.doc) !== sent;
        if (!dirty) show("saved", "cloud-check", { time: answer.saved_at });
        D.learn(answer.names);
        if (!dirty) D.showFound(answer.found);
        if (asked) gz.announce(say("saved", { time: answer.saved_at }));
        return true;
      }
      if (answer.stale) stale(answer);
      else { show("failed", "cloud-off", { reason: answer.problems[0].text }); if (asked) gz.toast(answer.problems[0].text, "error"); }
    } catch (error) { offline(error); }
    return false;
  };

  /* --- somebody saved first ------------------------------------------------------------------------------- */

  /** Every place where mine and theirs differ: who changed it since the common version. */
  const compare = (theirs) => {
    const [was, mine, other] = [base, D.doc, theirs].map((document) => D.leaves(document));
    return [...new Set([...Object.keys(mine), ...Object.keys(other)])]
      .filter((path) => (mine[path] ?? "") !== (other[path] ?? "") && path !== "Version" && !path.endsWith(".GNo"))
      .map((path) => ({ path, mine: mine[path] ?? "", theirs: other[path] ?? "",
        by: (was[path] ?? "") === (other[path] ?? "") ? "me" : (was[path] ?? "") === (mine[path] ?? "") ? "them" : "both" }));
  };
  const panel = document.getElementById("dec-conflict");
  const stale = (answer) => {
    conflict = true;
    show("failed", "cloud-off", { reason: say("stale_short") });
    D.learn(answer.names);
    const found = compare(answer.document), choice = new Map(found.map((each) => [each.path, each.by === "them" ? "theirs" : "mine"]));
    panel.querySelector("[data-text]").textContent = say("stale", { name: answer.by, time: answer.saved_at, n: found.length });
    const radios = (each, side) => h("label", { class: "gz-pick" }, h("input", { type: "radio", name: `keep-${each.path}`, value: side, checked: choice.get(each.path) === side, onchange: () => choice.set(each.path, side) }), h("span", {}, shown(each.path, each[side])));
    panel.querySelector("tbody").replaceChildren(...found.map((each) => h("tr", {},
      h("th", { scope: "row", class: "wrap" }, answer.labels?.[each.path.replace(/\[\d+\]/g, "")] ? place(each.path, answer.labels) : each.path, " ", each.by === "both" ? h("span", { class: "gz-chip warn" }, say("both_changed")) : null),
      h("td", { class: "wrap" }, radios(each, "mine")), h("td", { class: "wrap" }, radios(each, "theirs")))));
    const all = (side) => { for (const input of panel.querySelectorAll(`input[value="${side}"]`)) { input.checked = true; choice.set(input.name.slice(5), side); } };
    panel.querySelector("[data-all-mine]").onclick = () => all("mine");
    panel.querySelector("[data-all-theirs]").onclick = () => all("theirs");
    panel.querySelector("[data-merge]").onclick = () => {
      const merged = D.copy(answer.document);
      for (const each of found) if (choice.get(each.path) === "mine") D.set(each.path, each.mine, merged);
      D.doc = merged;
      revision = answer.revision;
      base = D.copy(answer.document);
      conflict = false;
      panel.hidden = true;
      D.drawAll();
      dirty = true;
      D.save({ asked: true });
    };
    panel.hidden = false;
    panel.focus();
  };
  const place = (path, labels) => {
    const row = /\[(\d+)\]/.exec(path), label = labels[path.replace(/\[\d+\]/g, "")];
    return row ? say("cell", { n: Number(row[1]) + 1, name: label }) : label;
  };
  const shown = (path, value) => {
    const table = data.tables[path.replace(/\[\d+\]/g, "")];
    return value === "" ? say("empty") : table ? D.labelOf(table, value) : value;
  };

  /* --- leaving ------------------------------------------------------------------------------------------------ */

  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty) D.save({ last: true }); });
  addEventListener("beforeunload", (event) => { if (dirty) { D.save({ last: true }); event.preventDefault(); } });
  addEventListener("online", () => { if (dirty) D.save(); });
  document.getElementById("dec-form").addEventListener("focusout", (event) => {
    if (dirty && !event.currentTarget.contains(event.relatedTarget)) { clearTimeout(saver); saver = setTimeout(() => D.save(), 600); }
  });
  document.getElementById("dec-save")?.addEventListener("click", () => D.save({ asked: true }));
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-save-first]");
    if (!link || event.ctrlKey || event.metaKey || !dirty) return;
    event.preventDefault();
    if (await D.save()) location.assign(link.href);
  });
  document.addEventListener("submit", async (event) => {                   // a step leaves nothing unsaved behind
    const form = event.target;
    if (!form.matches("[data-save-first]") || form.dataset.ready || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    const by = event.submitter;
    D.wake(form);
    if (!(await D.save())) return;
    form.dataset.ready = "1";
    dirty = false;
    form.requestSubmit(by || undefined);
  }, true);
  D.showSaved = () => show(D.editable ? "opened" : "read_only", D.editable ? "cloud-check" : "lock", { time: data.saved_at });
})();
