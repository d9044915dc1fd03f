/* 关账 - the keys: one table, from which both the behaviour and the help dialog come.
   tests/web/test_keys.py checks the table against the keys of the browser that nobody may take.
   A text field keeps its own keys; while an input method is composing, no key is ours. */
"use strict";
(function () {
  const click = (selector) => () => { const at = gz.$(selector); if (at) { if (at.matches("input")) at.focus(); else at.click(); } return Boolean(at); };
  const KEYS = [
    { group: ["处处", "Everywhere"] },
    { key: "Ctrl+K", zh: "搜索客户、页面、操作", en: "Search customers, pages, actions", act: click("[data-palette]") },
    { key: "?", zh: "显示本表（输入框之外）", en: "This table (outside text fields)", act: help, outside: true },
    { key: "Ctrl+/", zh: "显示本表", en: "This table", act: help },
    { key: "Escape", zh: "关闭最上面的一层，焦点回到原处", en: "Close the topmost layer, focus returns" },
    { group: ["单据", "Records"] },
    { key: "Alt+N", zh: "新建", en: "New", act: click('[data-key="new"]') },
    { key: "Ctrl+S", zh: "保存", en: "Save", act: click('[data-key="save"]') },
    { key: "Ctrl+Enter", zh: "保存并新建；在查找框里：新标签页打开", en: "Save and new; in a lookup: open in a new tab", act: click('[data-key="save-new"]') },
    { key: "Alt+PageUp", zh: "列表中的上一条", en: "Previous in the list", act: click('[data-key="previous"]') },
    { key: "Alt+PageDown", zh: "列表中的下一条", en: "Next in the list", act: click('[data-key="next"]') },
    { group: ["列表", "Lists"] },
    { key: "Alt+S", zh: "到搜索框", en: "Go to the search box", act: click('[data-key="search"]') },
    { key: "Alt+ArrowDown", zh: "在筛选格或查找框里：打开可选项", en: "In a filter or lookup: show the choices" },
    { key: "ArrowDown", zh: "下一行、下一项", en: "Next row or item" },
    { key: "Space", zh: "选中或取消当前行", en: "Select or clear the row" },
    { key: "Shift+Enter", zh: "在列标题上：加为次要排序", en: "On a heading: add to the sort order" },
    { group: ["报关单商品表", "Goods of a declaration"] },
    { key: "Enter", zh: "下一格；最后一格加一项", en: "Next cell; after the last one a new line" },
    { key: "Ctrl+D", zh: "复制上一项", en: "Copy the line above" },
    { key: "Alt+Insert", zh: "在当前项前插入", en: "Insert before this line" },
    { key: "Alt+Delete", zh: "删除当前项", en: "Delete this line" },
    { key: "Alt+Y", zh: "填写申报要素", en: "Fill in the declaration elements" },
    { key: "Alt+R", zh: "审单：写退回说明", en: "Review: write why it is returned" },
  ];
  gz.keys = KEYS;

  const english = document.documentElement.lang === "en";
  const shown = { ArrowDown: "↓", PageUp: "PgUp", PageDown: "PgDn", Escape: "Esc" };
  function help() { gz.open(document.getElementById("gz-keys")); return true; }
  function typing(at) {
    return at.isContentEditable || (at.matches && at.matches("input:not([type=checkbox]):not([type=radio]), textarea, select"));
  }
  function name(event) {
    const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
    return (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (event.shiftKey && event.key.length > 1 ? "Shift+" : "") + key;
  }
  document.addEventListener("keydown", (event) => {
    if (gz.composing(event) || event.defaultPrevented) return;
    const pressed = name(event);
    const bound = KEYS.find((one) => one.act && one.key === pressed);
    if (!bound || (bound.outside && (typing(event.target) || document.body.dataset.helpkey === "off"))) return;
    if (gz.$("dialog[open]") && bound.key !== "Ctrl+S" && bound.key !== "Ctrl+Enter") return;
    if (bound.act()) event.preventDefault();
  });
  const list = document.getElementById("gz-keylist");
  if (list)
    for (const one of KEYS) {
      const row = list.insertRow();
      if (one.group) {
        const head = document.createElement("th");
        head.colSpan = 2;
        head.scope = "rowgroup";
        head.textContent = one.group[english ? 1 : 0];
        row.append(head);
        continue;
      }
      row.insertCell().textContent = english ? one.en : one.zh;
      const keys = row.insertCell();
      one.key.split("+").forEach((part) => {
        const cap = document.createElement("kbd");
        cap.textContent = shown[part] || part;
        keys.append(cap, " ");
      });
    }
})();
