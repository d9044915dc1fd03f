/* 关账 - scheme editor: the page itself. Draws the draft, saves it, and asks the server what is wrong
   with it and how many customers each part touches. */
(() => {
  "use strict";
  const E = window.gzScheme;
  if (!E) return;
  const { h, say, data } = E;
  const root = document.getElementById("scheme-editor");
  const TYPING = 400, DRAWN = 120, SAVE = 1500;

  E.draft = E.read(data.definition);
  E.base = data.base ? E.write(E.read(data.base)) : null;

  /* --- drawing ----------------------------------------------------------------------------------- */

  const BODIES = { attribute: E.attributeBody, bands: E.bandsBody, rules: E.rulesBody, score: E.scoreBody };

  const draw = () => {
    const { draft } = E;
    document.getElementById("scheme-kinds").replaceChildren(...data.kinds.map(([code, name]) =>
      h("button", { type: "button", "aria-pressed": String(draft.kind === code), "data-spot": `kind#${code}`,
                    onclick: () => { draft.kind = code; E.redraw(`kind#${code}`); } }, name)));
    document.getElementById("scheme-kind-hint").textContent = say(`hint_${draft.kind}`);
    document.getElementById("scheme-window").replaceChildren(E.select({ "data-at": "window", "data-spot": "window", id: "scheme-window-box" },
      data.windows, draft.window, (code) => { draft.window = code; E.redraw("window"); }));
    const each = draft.kind === "attribute" && E.bodyOf(draft).mode === "each";
    document.getElementById("scheme-classes").replaceChildren(...(each
      ? [h("p", { class: "body q" }, say("classes_from_values")), E.slot("classes")] : E.classTable()));
    document.getElementById("scheme-body").replaceChildren(BODIES[draft.kind](E.bodyOf(draft)));
    E.showChanges();
  };

  const keyed = (key) => root.querySelector(`[data-spot="${key.replace(/["\\]/g, "\\$&")}"]`);

  /** Draw again after the shape changed; the focus goes to the first of ``keys`` that exists. */
  E.redraw = (...keys) => {
    const before = document.activeElement?.dataset?.spot;
    draw();
    E.clearCounts();
    const target = [...keys, before].filter(Boolean).map(keyed).find(Boolean);
    target?.focus();
    touched(DRAWN);
  };

  /** A value changed in place. */
  E.changed = () => {
    E.showChanges();
    touched(TYPING);
  };

  /* --- talking to the server ----------------------------------------------------------------------- */

  const post = async (url, body, signal) => {
    const answer = await fetch(url, {
      method: "POST", signal, body: JSON.stringify(body), keepalive: Boolean(body.last),
      headers: { "Content-Type": "application/json", "X-CSRFToken": gz.csrf(), "HX-Request": "true", Accept: "application/json" },
    });
    if (answer.headers.has("HX-Redirect")) throw new Error(say("signed_out"));
    if (!answer.ok && answer.status !== 409 && answer.status !== 422) throw new Error(say("server_error"));
    return { status: answer.status, ...(await answer.json()) };
  };

  let timer = 0, saver = 0, asking = null, counting = false, waiting = null;

  const touched = (delay) => {
    dirty = true;
    show("unsaved", "cloud");
    clearTimeout(timer);
    timer = setTimeout(check, delay);
    clearTimeout(saver);
    saver = setTimeout(E.save, SAVE);
  };

  /** Faults and sentences at once; a newer question cancels an older one. */
  const check = async () => {
    asking?.abort();
    asking = new AbortController();
    const definition = E.write(E.draft);
    try {
      const found = await post(data.urls.check, { definition }, asking.signal);
      E.showProblems(found.problems);
      E.showLines(found.lines);
      if (found.countable) countLater(definition);
      else { waiting = null; E.clearCounts(); E.countState(say("not_countable")); }
    } catch (error) {
      if (error.name !== "AbortError") show("failed", "cloud-off", { reason: reasonOf(error) });
    }
  };

  /** Counting may take seconds: one question at a time, and only the newest waits. */
  const countLater = async (definition) => {
    waiting = definition;
    if (counting) return;
    counting = true;
    while (waiting) {
      const asked = waiting;
      waiting = null;
      E.countState(say("counting"));
      try {
        const found = await post(data.urls.check, { definition: asked, count: true });
        if (!waiting && found.counts && JSON.stringify(asked) === JSON.stringify(E.write(E.draft))) E.showCounts(found.counts);
      } catch (error) {
        E.countState(reasonOf(error));
      }
    }
    counting = false;
  };

  const reasonOf = (error) => (error instanceof TypeError ? say("offline") : error.message);

  /* --- saving ---------------------------------------------------------------------------------------- */

  let dirty = false, saving = null, revision = data.revision;
  const state = document.getElementById("scheme-saved");
  const note = document.getElementById("scheme-note");

  const show = (key, icon, values) => {
    state.replaceChildren(E.icon(icon), h("span", {}, say(key, values)));
    state.classList.toggle("neg", key === "failed");
  };

  /** Save what is on the page; true when the server has it. Calls during a save wait for a second one. */
  E.save = async (last = false) => {
    clearTimeout(saver);
    if (saving) { await saving; return dirty ? E.save(last) : true; }
    if (!dirty) return true;
    saving = store(last === true);
    const done = await saving;
    saving = null;
    return done;
  };

  const store = async (last) => {
    const definition = E.write(E.draft);
    const body = { version: data.version, definition, note: note.value, revision, last };
    show("saving", "refresh-cw");
    try {
      const answer = await post(data.urls.save, body);
      if (answer.status === 200) {
        revision = answer.revision;
        dirty = JSON.stringify(definition) !== JSON.stringify(E.write(E.draft)) || note.value !== body.note;
        show("saved", "cloud-check", { time: answer.saved_at });
        conflict.hidden = true;
        return !dirty;
      }
      if (answer.stale) stale(answer);
      else show("failed", "cloud-off", { reason: answer.problems.map((each) => each.text).join("；") });
    } catch (error) {
      show("failed", "cloud-off", { reason: reasonOf(error) });
    }
    return false;
  };

  /** Somebody saved first: say who, keep the input, let the person choose. */
  const conflict = document.getElementById("scheme-conflict");
  const stale = (answer) => {
    show("failed", "cloud-off", { reason: say("stale_short") });
    conflict.querySelector("[data-text]").textContent = say("stale", { name: answer.maker, time: answer.saved_at });
    conflict.querySelector("[data-keep]").onclick = () => { revision = answer.revision; conflict.hidden = true; E.save(); };
    conflict.hidden = false;
    conflict.focus();
  };

  /* --- the rest of the page --------------------------------------------------------------------------- */

  note.addEventListener("input", () => touched(TYPING));
  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty) E.save(true); });
  window.addEventListener("beforeunload", (event) => { if (dirty) { E.save(true); event.preventDefault(); } });
  document.getElementById("scheme-save").addEventListener("click", () => { dirty = true; E.save(); });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-save-first]");
    if (!link || event.ctrlKey || event.metaKey || !dirty) return;
    event.preventDefault();
    if (await E.save()) window.location.assign(link.href);
  });

  root.hidden = false;
  draw();
  show("opened", "cloud-check", { time: data.saved_at });
  check();
})();
