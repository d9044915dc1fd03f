/* 关账 - a table of rows of the document (<gz-rows block="DecLists">): real inputs, moved through by keyboard
   alone. ↑ ↓ rows, ← → at the edges of a text, Enter next cell and a new row at the end, Ctrl+D copies the row
   above, Alt+Insert inserts, Alt+Delete deletes, Ctrl+Z takes back; a block of a spreadsheet is pasted as it is. */
(() => {
  "use strict";
  const D = window.gzDec;
  if (!D) return;
  const { h, say, data } = D;

  class Rows extends HTMLElement {
    connectedCallback() {
      if (this.body) return;
      this.block = this.getAttribute("block");
      this.columns = data.blocks[this.block];
      this.most = this.block === "DecLists" ? 500 : 99;
      this.undo = [];
      this.body = h("tbody", {});
      this.foot = h("tfoot", {});
      const whole = this.columns.reduce((sum, column) => sum + column.share, 0);
      this.table = h("table", { class: "gz-table gz-grid" },
        h("caption", { class: "sr" }, this.getAttribute("label")),
        h("colgroup", {}, h("col", { class: "num" }), this.columns.map((column) => h("col", { "--w": `${((100 * column.share) / whole).toFixed(3)}%` })),
          data.goods_extra && this.block === "DecLists" ? data.goods_extra.map(() => h("col", { class: "extra" })) : null),
        h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "no" }, say("item")),
          this.columns.map((column) => h("th", { scope: "col", class: column.kind === "number" ? "n" : null, title: column.label },
            column.short || column.label, column.need ? [h("b", { "aria-hidden": "true" }, "*")] : null)),
          data.goods_extra && this.block === "DecLists" ? data.goods_extra.map(([, label]) => h("th", { scope: "col", class: "n led2 extra" }, label)) : null)),
        this.body, this.block === "DecLists" ? this.foot : "");
      this.replaceChildren(h("div", { class: "gz-scroll", tabindex: "-1", role: "group", "aria-label": this.getAttribute("label") }, this.table));
      this.addEventListener("keydown", (event) => this.key(event), true);
      this.addEventListener("paste", (event) => this.paste(event));
      this.addEventListener("focusin", (event) => this.entered(event));
      this.draw();
    }

    get rows() { return D.rows(this.block); }
    path(row, element) { return `${this.block}[${row}].${element}`; }
    inputs(row) { return [...(this.body.rows[row]?.querySelectorAll("input, select") || [])]; }
    at(row, column) { return this.inputs(row)[column]; }
    where(input) {
      const row = input.closest("tr");
      return [row.sectionRowIndex, this.inputs(row.sectionRowIndex).indexOf(input)];
    }

    /** Bring the table to the rows of the document; rows that stay keep their inputs. */
    draw() {
      const { rows } = this;
      if (D.editable && !rows.length && this.block === "DecLists") rows.push({});
      while (this.body.rows.length > rows.length) this.body.lastElementChild.remove();
      const fresh = document.createDocumentFragment();
      for (let i = this.body.rows.length; i < rows.length; i += 1) fresh.append(this.line(i));
      this.body.append(fresh);
      this.firstElementChild.tabIndex = this.body.rows.length ? -1 : 0;       // without inputs the frame itself is the stop
      for (const input of this.body.querySelectorAll("[data-path]")) D.fill(input);
      this.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
    }
    line(i) {
      return h("tr", {}, h("th", { scope: "row", class: "no" }, String(i + 1)),
        this.columns.map((column) => h("td", { class: column.kind === "number" ? "n" : null },
          D.input(column, this.path(i, column.element), { brief: true, label: say("cell", { n: i + 1, name: column.label }) }))),
        data.goods_extra && this.block === "DecLists" ? data.goods_extra.map(([key]) => h("td", { class: "n led2 extra", "data-extra": key })) : null);
    }

    /* --- what changes the rows as a whole ---------------------------------------------------------- */

    /** Change the rows by ``act`` so that it can be taken back. */
    change(act, focus) {
      this.settle();
      this.undo.push(JSON.stringify(this.rows));
      if (this.undo.length > 50) this.undo.shift();
      act(this.rows);
      this.draw();
      D.changed();
      if (focus) this.go(...focus);
    }
    settle() { const here = document.activeElement; if (here?.field && this.contains(here)) D.commit(here); }
    back() {
      const last = this.undo.pop();
      if (last === undefined) return false;
      D.doc[this.block] = JSON.parse(last);
      this.draw();
      D.changed();
      gz.announce(say("taken_back"));
      return true;
    }
    add(focus = true) {
      if (this.rows.length >= this.most) { gz.toast(say("full", { n: this.most })); return; }
      this.change((rows) => rows.push(this.fresh(rows.at(-1))), focus ? [this.rows.length, 0] : null);
    }
    /** A new goods line takes over what the lines of one declaration share. */
    fresh(before) {
      const row = {};
      if (this.block === "DecLists" && before)
        for (const element of ["TradeCurr", "OriginCountry", "DestinationCountry", "DistrictCode", "DestCode", "DutyMode"])
          if (before[element]) row[element] = before[element];
      return row;
    }
    insert(row) { this.change((rows) => rows.splice(row, 0, this.fresh(rows[row - 1])), [row, 0]); }
    drop(row, column = 0) {
      if (!this.rows.length) return;
      this.change((rows) => rows.splice(row, 1), null);
      if (this.rows.length) this.go(Math.min(row, this.rows.length - 1), column);
      gz.announce(say("row_deleted", { n: row + 1 }));
    }
    copyAbove(row, column) {
      if (!row) return;
      this.change((rows) => { rows[row] = { ...D.copy(rows[row - 1]), ...(this.isEmpty(rows[row]) ? {} : {}) }; delete rows[row].GNo; }, [row, column]);
    }
    isEmpty(row) { return !Object.keys(row || {}).some((key) => key !== "GNo"); }

    /* --- keys ------------------------------------------------------------------------------------------- */

    go(row, column) {
      const input = this.at(row, column);
      if (!input) return false;
      input.focus();
      input.scrollIntoView({ block: "nearest", inline: "nearest" });
      return true;
    }
    entered(event) {
      const input = event.target;
      if (!input.field) return;
      const [row] = this.where(input);
      if (this.current === row && this.body.rows[row]?.hasAttribute("data-here")) return;
      this.body.querySelector("[data-here]")?.removeAttribute("data-here");
      this.body.rows[row]?.setAttribute("data-here", "");
      this.current = row;
      this.dispatchEvent(new CustomEvent("line", { bubbles: true, detail: row }));
    }
    key(event) {
      const input = event.target;
      if (!input.field || gz.composing(event) || !D.editable) return;
      const [row, column] = this.where(input), open = input.list_ && !input.list_.hidden;
      const name = `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${event.key.length === 1 ? event.key.toUpperCase() : event.key}`;
      const done = () => { event.preventDefault(); event.stopPropagation(); };
      if (name === "Ctrl+D") { done(); this.copyAbove(row, column); return; }
      if (name === "Alt+Insert") { done(); this.insert(row); return; }
      if (name === "Alt+Delete") { done(); this.drop(row, column); return; }
      if (name === "Ctrl+Z" && input.value === input.kept?.text) { if (this.back()) { done(); this.go(Math.min(row, this.rows.length - 1), column); } return; }
      if (name === "Alt+Y" && this.block === "DecLists") { done(); this.settle(); D.elements(row); return; }
      if (open) return;                                                     // the list has the arrows and Enter
      if (name === "ArrowUp" || name === "ArrowDown") {
        if (input.tagName === "SELECT") return;
        done();
        this.go(row + (name === "ArrowDown" ? 1 : -1), column);
      } else if (name === "ArrowLeft" || name === "ArrowRight") {
        const step = name === "ArrowLeft" ? -1 : 1, whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
        const edge = step < 0 ? input.selectionStart === 0 && input.selectionEnd === 0 : input.selectionStart === input.value.length;
        if (input.tagName !== "SELECT" && !edge && !whole) return;
        if (this.step(row, column, step)) done();
      } else if (name === "Enter") {
        done();
        if (!this.step(row, column, 1)) this.add();
      } else if (name === "Shift+Enter") {
        done();
        this.step(row, column, -1);
      } else if (name === "Ctrl+Home" || name === "Ctrl+End") {
        done();
        this.go(name === "Ctrl+Home" ? 0 : this.rows.length - 1, 0);
      } else if (name === "Escape") {
        done();
        if (input.value !== input.kept?.text) D.fill(input);
        else this.nextElementSibling?.querySelector("button")?.focus();     // out of the table, then Tab goes on
      }
    }
    step(row, column, by) {
      const last = this.inputs(row).length - 1, next = column + by;
      if (next < 0) return row > 0 && this.go(row - 1, last);
      if (next > last) return this.go(row + 1, 0);
      return this.go(row, next);
    }

    /* --- a block of a spreadsheet ------------------------------------------------------------------------ */

    async paste(event) {
      const input = event.target, text = event.clipboardData?.getData("text/plain") || "";
      if (!input.field || !D.editable || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
      event.preventDefault();
      const [row, column] = this.where(input);
      await this.take(text, row, column);
    }
    /** Lay a tab-separated block into the table from a cell on; what does not fit is shown before. */
    async take(text, row, column) {
      const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
      const width = this.columns.length - column, targets = this.columns.slice(column);
      const cells = lines.map((line) => line.slice(0, width));
      const outside = lines.flatMap((line, i) => line.slice(width).map((cell, j) => ({ row: i, column: width + j, text: cell, why: say("no_column") })).filter((cell) => cell.text.trim()));
      const room = this.most - row, late = cells.slice(room).map((line, i) => ({ row: room + i, column: 0, text: line.join(" "), why: say("no_room", { n: this.most }) }));
      let found;
      try {
        found = await D.post(data.urls.cells, { block: this.block, columns: targets.map((c) => c.element), rows: cells.slice(0, room) });
      } catch (error) { gz.toast(D.reasonOf(error), "error"); return; }
      if (found.problems && !found.rows) { gz.toast(found.problems[0].text, "error"); return; }
      D.learn(found.names);
      const wrong = [...found.wrong, ...outside, ...late];
      const apply = () => {
        this.change((rows) => {
          found.rows.forEach((values, i) => {
            while (rows.length <= row + i) rows.push({});
            Object.assign(rows[row + i], values);
          });
        }, [row, column]);
        found.rows.forEach((values, i) => { if (values.CodeTS) D.fillTariff(this.path(row + i, "CodeTS")); this.computed?.(row + i, values); });
        const text = say("pasted", { rows: found.rows.length, wrong: wrong.length });
        gz.announce(text);
        gz.toast(text);
      };
      if (!wrong.length) { apply(); return; }
      const body = [h("p", {}, say("paste_intro", { n: wrong.length })),
        h("div", { class: "gz-scroll gz-pastelist", tabindex: "0", role: "region", "aria-label": say("paste_title") }, h("table", { class: "gz-table" }, h("caption", { class: "sr" }, say("paste_title")),
          h("thead", {}, h("tr", {}, [say("row"), say("column"), say("found"), say("reason")].map((t) => h("th", { scope: "col" }, t)))),
          h("tbody", {}, wrong.map((each) => h("tr", {}, h("td", {}, String(row + each.row + 1)),
            h("td", {}, targets[each.column]?.label || say("beyond", { n: each.column + 1 })), h("td", { class: "wrap" }, each.text), h("td", { class: "wrap" }, each.why))))))];
      const dialog = D.dialog(say("paste_title"), body, [
        h("button", { type: "button", class: "gz-btn", "data-close": true }, say("cancel")),
        D.button(say("paste_rest", { n: found.rows.length }), () => { dialog.close(); apply(); }, "primary")], "wide");
      dialog.querySelector("footer .primary").focus();
    }
  }
  customElements.define("gz-rows", Rows);
})();
