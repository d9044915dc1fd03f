/* 关账 - declaration form: the document, its paths, exact numbers, small tools. Everything hangs on
   window.gzDec; the page's document, layout and words are JSON in #dec-data. An input names its place
   by the path of the document ("DecLists[2].GQty"), the same path problems and remarks carry. */
(() => {
  "use strict";
  const holder = document.getElementById("dec-data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  const D = (window.gzDec = { data, doc: data.document, editable: data.editable && innerWidth >= 768, direction: data.direction });

  D.say = (key, values = {}) =>
    (data.words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

  /** An element. on… = listener, value/checked = property, --x = custom property, null/false = absent. */
  D.h = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name.startsWith("--")) element.style.setProperty(name, value);
      else if (name === "checked" || name === "selected" || name === "hidden") element[name] = value;
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
    if (attributes && "value" in attributes && "value" in element) element.value = attributes.value;
    return element;
  };
  const drawn = document.getElementById("dec-icons");
  D.icon = (name) => drawn.content.querySelector(`[data-icon="${name}"] svg`).cloneNode(true);

  /* --- paths -------------------------------------------------------------------------------------- */

  const steps = (path) => path.split(/[.[\]]+/).filter(Boolean).map((s) => (/^\d+$/.test(s) ? Number(s) : s));
  D.get = (path, from = D.doc) => steps(path).reduce((here, key) => here?.[key], from) ?? "";
  D.set = (path, value, into = D.doc) => {
    const keys = steps(path), last = keys.pop();
    let here = into;
    keys.forEach((key, i) => {
      if (here[key] === undefined) here[key] = typeof (keys[i + 1] ?? last) === "number" ? [] : {};
      here = here[key];
    });
    if (value === "" || value === undefined) delete here[last];
    else here[last] = value;
  };
  D.rows = (block) => (D.doc[block] ||= []);
  D.copy = (value) => JSON.parse(JSON.stringify(value));

  /** Every value with its path, as the server's `leaves`. */
  D.leaves = (value, path = "", found = {}) => {
    if (Array.isArray(value)) value.forEach((each, i) => D.leaves(each, `${path}[${i}]`, found));
    else if (value && typeof value === "object")
      for (const [key, each] of Object.entries(value)) D.leaves(each, path ? `${path}.${key}` : key, found);
    else if (value !== "" && value !== undefined) found[path] = value;
    return found;
  };

  /* --- exact numbers: text in, text out; never a float ------------------------------------------------ */

  const NUMBER = /^-?\d+(?:\.\d+)?$/;
  D.plain = (text) => text.normalize("NFKC").replace(/[,，'\s]/g, "").replace(/^[−–]/, "-").replace(/^\+/, "");
  D.isNumber = (text) => NUMBER.test(text);
  const PLACES = 10, UNIT = 10n ** BigInt(PLACES);
  const big = (text) => {
    if (!NUMBER.test(text || "")) return null;
    const minus = text.startsWith("-"), [whole, part = ""] = text.replace("-", "").split(".");
    const value = BigInt(whole) * UNIT + BigInt(part.slice(0, PLACES).padEnd(PLACES, "0"));
    return minus ? -value : value;
  };
  const write = (value) => {
    const minus = value < 0n, digits = (minus ? -value : value).toString().padStart(PLACES + 1, "0");
    const part = digits.slice(-PLACES).replace(/0+$/, "");
    return (minus ? "-" : "") + digits.slice(0, -PLACES) + (part ? `.${part}` : "");
  };
  const rounded = (value, unit) => {                                      // half up, away from zero
    const half = unit / 2n, up = value < 0n ? -((-value + half) / unit) : (value + half) / unit;
    return up * unit;
  };
  const unitOf = (places) => 10n ** BigInt(PLACES - places);
  /** a × b with at most `places` decimals; null when one is no number. */
  D.times = (a, b, places) => {
    const x = big(a), y = big(b);
    return x === null || y === null ? null : write(rounded((x * y + (x * y < 0n ? -UNIT / 2n : UNIT / 2n)) / UNIT, unitOf(places)));
  };
  D.divided = (a, b, places) => {
    const x = big(a), y = big(b);
    if (x === null || y === null || y === 0n) return null;
    return write(rounded((x * UNIT * 10n) / y / 10n, unitOf(places)));
  };
  D.sum = (texts) => {
    let total = 0n;
    for (const text of texts) { const value = big(text); if (value === null) return null; total += value; }
    return write(total);
  };
  /** 1234567.5 → 1,234,567.50 with `places` at least. */
  D.grouped = (text, places = 0) => {
    if (!NUMBER.test(text)) return text;
    const [whole, part = ""] = text.split(".");
    const rest = part.padEnd(places, "0");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
  };

  /* --- days: 2026-11-21 on the page, 20261121 in the document -------------------------------------------- */

  D.dayShown = (text) => (/^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text);
  D.dayRead = (typed) => {
    const text = typed.normalize("NFKC").trim(), today = data.today;
    if (text === "今天" || text === "today") return today.replaceAll("-", "");
    const parts = text.split(/[-./年月日]/).filter(Boolean);
    if (parts.length === 1) return parts[0].replace(/\s/g, "");
    if (parts.length === 2) parts.unshift(today.slice(0, 4));
    return parts.map((part, i) => part.trim().padStart(i ? 2 : 4, "0")).join("");
  };

  /* --- codes: what a code is called, learnt from the server ------------------------------------------------ */

  D.names = data.names;                                                    // table → code → name
  D.learn = (names) => {
    for (const [table, rows] of Object.entries(names || {})) D.names[table] = { ...D.names[table], ...rows };
  };
  D.nameOf = (table, code) => D.names[table]?.[code];
  D.labelOf = (table, code) => (code && D.nameOf(table, code) ? `${D.nameOf(table, code)} (${code})` : code);

  /* --- talking to the server -------------------------------------------------------------------------------- */

  D.post = async (url, body, signal) => {
    const form = body instanceof FormData;
    const answer = await fetch(url, {
      method: "POST", signal, body: form ? body : JSON.stringify(body), keepalive: Boolean(body.last),
      headers: { ...(form ? {} : { "Content-Type": "application/json" }), "X-CSRFToken": gz.csrf(), "HX-Request": "true", Accept: "application/json" },
    });
    return D.answer(answer);
  };
  D.ask = async (url, fields, signal) => {
    const address = new URL(url, location.href);
    for (const [name, value] of Object.entries(fields || {})) address.searchParams.set(name, value);
    return D.answer(await fetch(address, { signal, headers: { "HX-Request": "true", Accept: "application/json" } }));
  };
  D.answer = async (answer) => {
    if (answer.headers.has("HX-Redirect")) throw new Error(D.say("signed_out"));
    const kind = answer.headers.get("Content-Type") || "";
    if ((!answer.ok && answer.status !== 409 && answer.status !== 422) || !kind.includes("json")) throw new Error(D.say("server_error"));
    return { status: answer.status, ...(await answer.json()) };
  };
  D.reasonOf = (error) => (error instanceof TypeError ? D.say("offline") : error.message);
  D.html = (url) => async (text, signal) => {
    const address = new URL(url, location.href);
    address.searchParams.set("q", text);
    address.searchParams.set("for", "dec");
    const answer = await fetch(address, { signal, headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  };

  /* --- who wants to know ---------------------------------------------------------------------------------------- */

  const listeners = [];
  D.onChange = (act) => listeners.push(act);
  /** Something in the document changed: `paths` where, [] for many at once. */
  D.changed = (...paths) => listeners.forEach((act) => act(paths));

  /** A dialog of the page, opened; its body is replaced. */
  D.dialog = (title, body, footer, css = "") => {
    const dialog = document.getElementById("dec-dialog");
    dialog.className = `gz-dialog ${css}`;
    dialog.setAttribute("aria-label", title);
    dialog.replaceChildren(
      D.h("header", {}, D.h("h2", { class: "grow" }, title),
        D.h("button", { type: "button", class: "gz-icb", "data-close": true, "aria-label": D.say("close") }, D.icon("x"))),
      D.h("div", { class: "body", tabindex: "0" }, body), footer ? D.h("footer", {}, footer) : "");
    gz.open(dialog);
    return dialog;
  };
  /** The kit switches the buttons of a sent form off; a form that stays on the page gets them back. */
  D.wake = (form) => setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = false; }, 20);
  D.button = (label, onclick, css = "", icon = null) =>
    D.h("button", { type: "button", class: `gz-btn ${css}`, onclick }, icon ? D.icon(icon) : null, label);
})();
