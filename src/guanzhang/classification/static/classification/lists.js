/* 关账 - scheme editor: ordered lists of rules, classes, items: move by button or by dragging. */
(() => {
  "use strict";
  const E = window.gzScheme;
  if (!E) return;
  const { h, say, iconButton } = E;
  let dragged = null; // { list, place }

  const move = (list, from, to) => { const [moved] = list.splice(from, 1); list.splice(to, 0, moved); };

  /**
   * Grip, up, down and remove of entry ``place`` of ``list``. ``at`` is the path of the list, ``name`` the
   * label of the entry. Dropping one entry on another puts it there.
   */
  E.entryTools = ({ list, place, at, name, remove = true, removed = () => {} }) => {
    const go = (to, key) => () => {
      move(list, place, to);
      E.tell(say("moved_to", { n: to + 1 }));
      E.redraw(`${at}[${to}]#${key}`);
    };
    return {
      grip: h("span", { class: "gz-icb grip", draggable: "true", title: say("drag"), "data-drag": at,
                        "data-drag-alt": `${at}[${place}]#up ${at}[${place}]#down`, "aria-hidden": "true",
                        ondragstart: (event) => {
                          dragged = { list, place };
                          event.dataTransfer.effectAllowed = "move";
                          event.dataTransfer.setData("text/plain", name);
                        },
                        ondragend: () => { dragged = null; } }, E.icon("grip-vertical")),
      buttons: [
        iconButton("chevron-up", say("move_up", { name }), `${at}[${place}]#up`, go(place - 1, "up"), place === 0),
        iconButton("chevron-down", say("move_down", { name }), `${at}[${place}]#down`, go(place + 1, "down"), place === list.length - 1),
        remove ? iconButton("x", say("remove", { name }), `${at}[${place}]#remove`, () => {
          removed(list[place]);
          list.splice(place, 1);
          E.tell(say("removed", { name }));
          E.redraw(list.length ? `${at}[${Math.min(place, list.length - 1)}]#remove` : `${at}#add`, `${at}#add`);
        }) : null,
      ],
      /** Listeners that make the element of this entry a place to drop on. */
      drop: {
        ondragover: (event) => { if (dragged && dragged.list === list) { event.preventDefault(); event.currentTarget.classList.add("over"); } },
        ondragleave: (event) => event.currentTarget.classList.remove("over"),
        ondrop: (event) => {
          if (!dragged || dragged.list !== list) return;
          event.preventDefault();
          move(list, dragged.place, place);
          E.redraw(`${at}[${place}]#up`);
        },
      },
    };
  };

  E.addButton = (text, key, onclick) =>
    h("button", { type: "button", class: "gz-btn", "data-spot": key, onclick }, E.icon("plus"), text);

  E.slot = (at) => h("ul", { class: "gz-wrong", "data-slot": at, hidden: true });

  /* --- rules: conditions that lead to a class; also the vetoes of a score ------------------------ */

  E.ruleList = (rules, at, words) => [
    rules.map((rule, place) => {
      const name = say(words.name, { n: place + 1 });
      const path = `${at}[${place}]`;
      const tools = E.entryTools({ list: rules, place, at, name });
      return h("section", { class: "gz-rule", "aria-label": name, "data-at": path, ...tools.drop },
        h("header", {}, tools.grip, h("span", { class: "q s" }, String(place + 1)), E.classMark(rule.to),
          E.classBox({ at: `${path}.class`, value: rule.to, label: say("class_of", { name }), set: (id) => { rule.to = id; E.redraw(`${path}.class`); } }),
          h("span", { class: "grow" }), h("span", { class: "b nw", "data-taken": path }), tools.buttons),
        E.conditionEditor(rule.when, `${path}.when`, name), E.slot(path));
    }),
    h("div", { class: "gz-add" }, E.addButton(say(words.add), `${at}#add`, () => {
      const used = rules.map((rule) => rule.to);
      const free = E.draft.classes.find((each) => !used.includes(each.id)) || E.draft.classes.at(-1);
      rules.push({ when: E.newGroup(), to: free ? free.id : null });
      E.redraw(`${at}[${rules.length - 1}].when.all[0].fact`);
    }), E.slot(at)),
  ];

  /* --- classes -------------------------------------------------------------------------------- */

  E.classTable = () => {
    const { draft } = E, { classes } = draft;
    const body = classes.map((each, place) => {
      const at = `classes[${place}]`;
      const name = each.name || each.code || say("class_n", { n: place + 1 });
      const tools = E.entryTools({ list: classes, place, at: "classes", name, removed: (gone) => { draft.gone[gone.id] = gone.code; } });
      const text = (field, css, label, maxlength) => E.textBox({
        at: `${at}.${field}`, value: each[field], label: say(label, { name: String(place + 1) }), css, maxlength,
        set: (value) => { each[field] = value; E.changed(); },
        onchange: () => { if (field !== "meaning") E.redraw(); } });
      return [
        h("tr", { "data-at": at, ...tools.drop },
          h("td", { class: "nw" }, tools.grip, E.mark(each.code || "?", "", each.colour, place)),
          h("td", {}, text("code", "code", "code_of_class", 30)),
          h("td", {}, text("name", "name", "name_of_class", 40)),
          h("td", {}, E.select({ "data-at": `${at}.colour`, "data-spot": `${at}.colour`, "aria-label": say("colour_of_class", { name: String(place + 1) }) },
            E.data.colours, String(each.colour), (value) => { each.colour = Number(value); E.redraw(`${at}.colour`); })),
          h("td", {}, text("meaning", "wide", "meaning_of_class", 100)),
          h("td", { class: "n", "data-class-count": each.code }),
          h("td", { class: "nw" }, tools.buttons)),
        h("tr", { class: "wrongs", hidden: true }, h("td", { colspan: 7 }, E.slot(at))),
      ];
    });
    const head = ["", "code", "name", "colour", "meaning", "members", ""].map((key, place) =>
      h("th", { scope: "col", class: key === "members" ? "n" : null }, key ? say(`head_${key}`) : h("span", { class: "sr" }, say(place ? "actions" : "mark"))));
    return [
      h("div", { class: "gz-scroll", tabindex: "0", role: "region", "aria-label": say("classes_scroll") },
        h("table", { class: "gz-table gz-classes" }, h("caption", { class: "sr" }, say("classes_caption")),
          h("thead", {}, h("tr", {}, head)), h("tbody", {}, body))),
      h("div", { class: "gz-actions" }, E.addButton(say("add_class"), "classes#add", () => {
        const colour = [1, 2, 3, 4, 5, 6].find((each) => !classes.some((c) => c.colour === each)) ?? 0;
        classes.push(E.newClass({ colour }));
        if (draft.kind === "rules" && E.bodyOf(draft).rest === null) E.bodyOf(draft).rest = classes.at(-1).id;
        E.redraw(`classes[${classes.length - 1}].code`);
      }), h("span", { class: "q s" }, say("classes_hint")), E.slot("classes")),
    ];
  };
})();
