/* 关账 - scheme editor: small tools. Everything hangs on window.gzScheme; the page's facts,
   words and draft are JSON in #scheme-data. No framework: elements are made by h(), places are named
   by the path of the definition ("body.rules[0].when.all[1].value"), the same path problems carry. */
(() => {
  "use strict";
  const holder = document.getElementById("scheme-data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  const E = (window.gzScheme = { data });

  /** A sentence of the page's word list with its {placeholders} filled. */
  E.say = (key, values = {}) =>
    (data.words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

  /** An element. Attributes: on… = listener, value/checked/selected = property, null/false = absent. */
  E.h = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name.startsWith("--")) element.style.setProperty(name, value);
      else if (name === "checked" || name === "selected") element[name] = value;
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
    if (attributes && "value" in attributes && "value" in element) element.value = attributes.value;
    return element;
  };
  const { h } = E;

  const drawn = document.getElementById("scheme-icons");
  E.icon = (name) => drawn.content.querySelector(`[data-icon="${name}"] svg`).cloneNode(true);

  /** A button that only carries an icon. ``key`` finds it again after a redraw. */
  E.iconButton = (name, label, key, onclick, off = false) =>
    h("button", { type: "button", class: "gz-icb", "aria-label": label, title: label, "data-spot": key,
                  "aria-disabled": off ? "true" : null, onclick: off ? null : onclick }, E.icon(name));

  E.select = (attributes, options, value, onchange) =>
    h("select", { class: "gz-box sm", ...attributes, onchange: (event) => onchange(event.target.value) },
      options.map((option) =>
        option.group
          ? h("optgroup", { label: option.group }, option.options.map(([code, name]) =>
              h("option", { value: code, selected: code === value }, name)))
          : h("option", { value: option[0], selected: option[0] === value }, option[1])));

  /* --- numbers are text; nothing here is a float -------------------------------------------- */

  /** What a person typed as plain digits: full width to half width, no separators. */
  E.plain = (text) => text.normalize("NFKC").replace(/[,\s']/g, "").replace(/^\+/, "").replace(/^[−–]/, "-");

  const NUMBER = /^(-?)(\d+)(?:\.(\d*))?$/;

  /** ``text`` × 10^places, by moving the point; anything that is no number stays as it is. */
  E.shift = (text, places) => {
    const match = NUMBER.exec(text);
    if (!match) return text;
    const [, sign, whole, part = ""] = match;
    let digits = whole + part;
    let point = whole.length + places;
    if (point <= 0) { digits = "0".repeat(1 - point) + digits; point = 1; }
    digits = digits.padEnd(point, "0");
    const rest = digits.slice(point).replace(/0+$/, "");
    return sign + (digits.slice(0, point).replace(/^0+(?=\d)/, "")) + (rest ? `.${rest}` : "");
  };

  /** 1234567.5 → 1,234,567.50 with cents, else 1,234,567.5. */
  E.grouped = (text, cents = false) => {
    const match = NUMBER.exec(text);
    if (!match) return text;
    const [, sign, whole, part = ""] = match;
    const rest = cents ? part.padEnd(2, "0") : part;
    return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
  };

  /* --- classes ----------------------------------------------------------------------------- */

  /** The mark of a class, drawn as the server draws it (templatetags/classmarks.py); ``place`` 0 is the best. */
  E.mark = (code, name, colour, place) => {
    if (!code)
      return h("span", { class: "gz-grade", "data-k": 0, "data-lv": 0 },
        h("i", { "aria-hidden": "true" }, "–"), h("span", { class: "none" }, E.say("unknown")));
    if (code.length > 3) return h("span", { class: "gz-cls", "data-k": colour }, name);
    const rest = name.startsWith(`${code} `) ? name.slice(code.length).trim() : name;
    const bare = rest.length > 1 ? rest : name;
    return h("span", { class: "gz-grade", "data-k": colour, "data-lv": Math.max(1, 4 - place) },
      h("i", {}, code), bare === code ? "" : bare);
  };

  /** Say something to screen readers. */
  E.tell = (text) => gz.announce(text);
})();
