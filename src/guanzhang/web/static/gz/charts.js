/* 关账 - charts: ECharts drawn from JSON, colours and fonts from the tokens of the present theme.
   Names such as "c1", "seq-5", "on-c1", "ink" become colours; "gz:money" and its kin become formatters. */
"use strict";
(function () {
  const english = document.documentElement.lang === "en";
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue("--gz-" + name).trim();
  const NAMED = /^(on-)?(c[0-6]|seq-[1-6])$|^(ink(-[23])?|axis|grid|surface|sunken|canvas|line(-2|-ctl)?|teal|red|amber|green|blue|ledger)$/;
  const digits = (value, places) => Number(value).toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places === 0 ? 2 : places });
  const none = (value) => value === null || value === undefined || value === "" || Number.isNaN(value);
  const short = (value) => {
    const size = english ? [[1e6, "M"], [1e3, "k"]] : [[1e8, "亿"], [1e4, "万"]];
    const [unit, mark] = size.find(([one]) => Math.abs(value) >= one) || [1, ""];
    return (value / unit).toLocaleString("en", { maximumFractionDigits: 1 }) + mark;
  };
  const FORMATS = {
    money: (value) => (none(value) ? "" : digits(value, 2)),
    number: (value) => (none(value) ? "" : digits(value, 0)),
    percent: (value) => (none(value) ? "" : digits(value * 100, 1) + "%"),
    percent0: (value) => (none(value) ? "" : Math.round(value * 100) + "%"),
    wan: (value) => (none(value) ? "" : short(value)),
  };
  const raw = (value) => (Array.isArray(value) ? value[value.length - 1] : value);
  /* a formatter is given a value on axes and in valueFormatter, an item elsewhere */
  function formatter(name) {
    if (name === "tip") return (item) => escapeHtml((item.data && item.data.tip) || item.name || "");
    const format = FORMATS[name];
    return (given) => format(given !== null && typeof given === "object" && !Array.isArray(given) ? raw(given.value) : raw(given));
  }
  const escapeHtml = (text) => String(text).replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");
  function resolve(node, key) {
    if (Array.isArray(node)) return node.map((one) => resolve(one, key));
    if (node && typeof node === "object") return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, resolve(v, k)]));
    if (typeof node !== "string") return node;
    if (node.startsWith("gz:") && FORMATS[node.slice(3)] || node === "gz:tip") return formatter(node.slice(3));
    if (/color$/i.test(key || "") && NAMED.test(node)) return token(node);
    return node;
  }
  const axis = () => ({
    axisLine: { lineStyle: { color: token("line-2") } }, axisTick: { show: false },
    axisLabel: { color: token("axis"), fontSize: 12 }, nameTextStyle: { color: token("axis"), fontSize: 12 },
    splitLine: { lineStyle: { color: token("grid") } },
  });
  function merge(base, over) {
    if (Array.isArray(over)) return over.map((one) => (one && typeof one === "object" ? merge(base, one) : one));
    const out = { ...base };
    for (const [key, value] of Object.entries(over))
      out[key] = value && typeof value === "object" && !Array.isArray(value) && out[key] && typeof out[key] === "object" ? merge(out[key], value) : value;
    return out;
  }
  function whole(option) {
    const text = { color: token("ink-2"), fontSize: 12, fontFamily: token("font") };
    const base = {
      animation: false, backgroundColor: "transparent", textStyle: text, color: [1, 2, 3, 4, 5, 6].map((n) => token("c" + n)),
      grid: { left: 12, right: 14, top: 30, bottom: 6, containLabel: true },
      tooltip: { confine: true, backgroundColor: token("surface"), borderColor: token("line-2"), textStyle: { color: token("ink"), fontSize: 12 }, extraCssText: "box-shadow:" + token("shadow-2") },
      aria: { enabled: true, decal: { show: matchMedia("(forced-colors: active)").matches || matchMedia("print").matches } },
    };
    const made = merge(base, resolve(option));
    if (made.legend) made.legend = merge({ top: 0, right: 8, icon: "rect", itemWidth: 10, itemHeight: 10, itemGap: 14, textStyle: text, inactiveColor: token("line-2") }, made.legend);
    for (const name of ["xAxis", "yAxis"]) if (made[name]) made[name] = merge(axis(), made[name]);
    return made;
  }
  function draw(panel) {
    const at = gz.$(".draw", panel), data = gz.$("script[type='application/json']", panel);
    if (!at || at.hidden || !at.clientWidth || !window.echarts) return;
    const old = echarts.getInstanceByDom(at);
    if (old) old.dispose();
    const chart = echarts.init(at, null, { renderer: "svg" });
    chart.setOption(whole(JSON.parse(data.textContent)));
    at.classList.toggle("link", data.textContent.includes('"url":"/'));
    chart.on("click", (event) => { const url = event.data && event.data.url; if (url) location.href = url; });
    const label = at.getAttribute("aria-label");                       // ECharts writes its own; the heading names the picture
    if (label) { at.removeAttribute("aria-label"); at.dataset.said = label; }
  }
  const all = () => gz.$$("[data-chart]").forEach(draw);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-twin]");
    if (!button) return;
    const panel = button.closest("[data-chart]"), table = button.dataset.twin === "table";
    gz.$(".draw", panel).hidden = table;
    gz.$(".gz-twin", panel).hidden = !table;
    gz.$$("[data-twin]", panel).forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    if (!table) draw(panel);
  });
  let later = 0;
  addEventListener("resize", () => { clearTimeout(later); later = setTimeout(all, 120); });
  document.addEventListener("gz:theme", all);
  document.addEventListener("DOMContentLoaded", all);
  document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) gz.$$("[data-chart]", event.detail.elt.parentNode || document).forEach(draw); });
  addEventListener("beforeprint", all);
})();
