/* 关账 - scheme editor: nested conditions with their brackets drawn.
   Up and down walk through the tree in reading order: into a neighbouring group, and out of one at its
   end, so that two buttons reach every place. */
(() => {
  "use strict";
  const E = window.gzScheme;
  if (!E) return;
  const { h, say, iconButton } = E;

  const partAt = (node, at, place) => `${node.neg ? `${at}.not` : at}.${node.join}[${place}]`;
  const own = (node, at) => (node.neg ? `${at}.not` : at);

  /** The node at ``route`` (indexes from the root) with its path. */
  const pathOf = (root, at, route) => {
    let node = root, path = at;
    for (const place of route) { path = partAt(node, path, place); node = node.of[place]; }
    return path;
  };
  const nodeAt = (root, route) => route.reduce((node, place) => node.of[place], root);

  /** Moves a node one step in reading order; its new route, or null when there is nowhere to go. */
  E.moveNode = (root, route, step) => {
    const place = route.at(-1), above = route.slice(0, -1);
    const parent = nodeAt(root, above);
    const node = parent.of[place];
    const beside = parent.of[place + step];
    if (beside) {
      parent.of.splice(place, 1);
      const target = step < 0 ? place - 1 : place; // where ``beside`` stands now
      if (beside.join) {
        const inside = step < 0 ? beside.of.length : 0;
        beside.of.splice(inside, 0, node);
        return [...above, target, inside];
      }
      parent.of.splice(place + step, 0, node);
      return [...above, place + step];
    }
    if (!above.length) return null;
    const outer = nodeAt(root, above.slice(0, -1));
    const outside = above.at(-1) + (step < 0 ? 0 : 1);
    parent.of.splice(place, 1);
    outer.of.splice(outside, 0, node);
    return [...above.slice(0, -1), outside];
  };

  /** The editor of a whole condition. ``at`` is its path, ``name`` what a label calls it ("第 1 条"). */
  E.conditionEditor = (root, at, name) => h("div", { class: "gz-when", "data-at": at }, drawGroup({ root, at, name }, root, [], at),
    h("ul", { class: "gz-wrong", "data-slot": at, hidden: true }));

  const act = (tree, key, change) => () => { change(); E.redraw(key); };

  const drawGroup = (tree, group, route, at) => {
    const inner = own(group, at);
    const label = route.length ? say("group_of", { name: tree.name, place: route.map((p) => p + 1).join(".") }) : tree.name;
    const list = h("ul", { class: group.join === "all" ? "gz-all" : "gz-any", "data-at": `${inner}.${group.join}`,
                           "aria-label": say(group.join === "all" ? "all_hold" : "some_hold", { name: label }) },
      h("li", { class: "turn" }, h("button", {
        type: "button", "data-spot": `${at}#join`, title: say(group.join === "all" ? "turn_to_some" : "turn_to_all"),
        "aria-label": say(group.join === "all" ? "is_all_turn" : "is_some_turn", { name: label }),
        onclick: () => { group.join = group.join === "all" ? "some" : "all"; E.redraw(`${at}#join`); } })),
      group.of.map((node, place) => {
        const path = partAt(group, at, place), here = [...route, place];
        return h("li", {}, node.join ? drawNested(tree, group, node, here, path) : drawTest(tree, group, node, here, path));
      }),
      h("li", {}, groupTools(tree, group, route, at, label)));
    return list;
  };

  const drawNested = (tree, parent, node, route, path) =>
    h("div", { class: node.neg ? "gz-neg" : "gz-nest", "data-at": path },
      node.neg ? h("span", { class: "gz-chip line" }, say("not_following")) : null,
      drawGroup(tree, node, route, path),
      h("ul", { class: "gz-wrong", "data-slot": path, hidden: true }));

  /** Below a group: add, and for an inner group negate, move, remove. */
  const groupTools = (tree, group, route, at, label) => {
    const add = (node) => () => {
      group.of.push(node());
      const path = partAt(group, at, group.of.length - 1);
      E.redraw(group.of.at(-1).join ? `${own(group.of.at(-1), path)}.${group.of.at(-1).join}[0].fact` : `${path}.fact`);
    };
    const button = (icon, text, key, onclick) =>
      h("button", { type: "button", class: "gz-btn sm quiet", "data-spot": `${at}#${key}`,
                    "aria-label": say("in_group", { text, name: label }), onclick }, E.icon(icon), text);
    const other = group.join === "all" ? "some" : "all";
    return h("div", { class: "gz-cond" },
      button("plus", say("condition"), "add", add(E.newTest)),
      button("brackets", say("group"), "group", add(() => E.newGroup(other))),
      route.length ? nodeTools(tree, group, route, at, label) : null,
      group.of.length > 1 ? h("span", { class: "cnt", "data-count": at }) : null);
  };

  const nodeTools = (tree, node, route, path, label) => {
    const parentRoute = route.slice(0, -1);
    const parent = nodeAt(tree.root, parentRoute);
    const move = (step, key) => () => {
      const to = E.moveNode(tree.root, route, step);
      if (!to) return;
      E.tell(say("moved"));
      E.redraw(`${pathOf(tree.root, tree.at, to)}#${key}`);
    };
    const top = !parentRoute.length;
    return [
      h("button", { type: "button", class: "gz-btn sm quiet not", "aria-pressed": String(node.neg), "data-spot": `${path}#not`,
                    "aria-label": say("negate", { name: label }), title: say("negate_hint"),
                    onclick: act(tree, `${path}#not`, () => { node.neg = !node.neg; }) }, say("not")),
      iconButton("chevron-up", say("move_up", { name: label }), `${path}#up`, move(-1, "up"), top && route.at(-1) === 0),
      iconButton("chevron-down", say("move_down", { name: label }), `${path}#down`, move(1, "down"),
                 top && route.at(-1) === parent.of.length - 1),
      iconButton("x", say("remove", { name: label }), `${path}#remove`, () => {
        parent.of.splice(route.at(-1), 1);
        const at = pathOf(tree.root, tree.at, parentRoute);
        E.tell(say("removed", { name: label }));
        E.redraw(parent.of.length ? `${partAt(parent, at, Math.min(route.at(-1), parent.of.length - 1))}#remove` : `${at}#add`, `${at}#add`);
      }),
    ];
  };

  const drawTest = (tree, parent, node, route, path) => {
    const at = own(node, path);
    const fact = E.fact(node.fact);
    const label = say("condition_of", { name: tree.name, place: route.map((p) => p + 1).join(".") });
    const ops = E.opsOf(fact);
    const count = E.valueCount(node);
    const named = fact ? fact.name : say("fact");
    return h("div", { class: "gz-leaf", "data-at": path },
      h("div", { class: "gz-cond", "data-at": at },
        node.neg ? h("span", { class: "gz-chip line" }, say("not")) : null,
        E.factBox({ at: `${at}.fact`, value: node.fact, label: say("fact_of", { name: label }), set: (code) => {
          E.chooseFact(node, code);
          E.redraw(`${at}.fact`);
        } }),
        E.windowBox({ fact, at: `${at}.window`, value: node.window, label: say("window_of", { name: label }),
                      set: (code) => { node.window = code; E.changed(); } }),
        E.select({ class: "gz-box sm op", "data-at": `${at}.op`, "data-spot": `${at}.op`, "aria-label": say("op_of", { name: label }) },
          ops.map(([code, name]) => [code, name]), node.op, (code) => {
            node.op = code;
            const wanted = E.valueCount(node);
            if (wanted !== null && node.values.length > wanted) node.values.length = wanted;
            E.redraw(`${at}.op`);
          }),
        E.valueInputs({ fact, op: node.op, count, values: node.values, at, label: named, set: () => E.changed() }),
        h("span", { class: "was", "data-was": at }),
        h("span", { class: "cnt", "data-count": path }),
        nodeTools(tree, node, route, path, label)),
      h("ul", { class: "gz-wrong", "data-slot": path, hidden: true }));
  };

  /** Another fact: keep what still makes sense, forget the rest. */
  E.chooseFact = (node, code) => {
    const before = E.fact(node.fact), after = E.fact(code);
    node.fact = code;
    if (!after) return;
    if (!after.windowed) node.window = "";
    const ops = E.opsOf(after).map(([op]) => op);
    if (!before || before.type !== after.type) node.op = ops[0];
    const alike = before && before.type === after.type && !["choice", "tree", "tags"].includes(after.type);
    if (!alike) node.values = [];
  };
})();
