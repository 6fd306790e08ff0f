// The graph as rows: what the map shows, for reading, sorting and taking along.

import { h, name, plain, replace } from "./dom.js";
import { shapeIcon } from "./shapes.js";
import { S, number } from "./strings.js";

const PAGE = 50;

export class Table {
  constructor(model, { change, link, edgeLink }) {
    Object.assign(this, { model, change, link, edgeLink });
    this.page = 0;
    this.element = h("section", { class: "table-view", "aria-label": S.table });
    this.columns = this.makeColumns();
  }

  // Per kind of row: [key, value for sorting and export, cell (optional)].
  makeColumns() {
    const { model } = this;
    const { papers, concepts } = model.data;
    const link = (node) => h("a", { class: "ref", href: this.link(node) }, shapeIcon(model.typeName(node)), h("span", {}, name(model.label(node))));
    const shown = (node) => {
      let total = 0;
      for (const claim of model.claims(node)) total += this.seen.claim[claim];
      return total;
    };
    return {
      papers: [
        ["title", (p) => papers.title[p], link],
        ["authors", (p) => papers.authors[p].join("; "), (p) => name(plain(papers.authors[p].join(", "), 70))],
        ["year", (p) => model.year[p] || ""],
        ["venue", (p) => model.venueName(p)],
        ["concepts", shown],
        ["region", (p) => model.regionName(p)],
        ["id", (p) => papers.id[p]],
      ],
      concepts: [
        ["label", (c) => model.label(c), link],
        ["type", (c) => S.type[model.typeName(c)]],
        ["papers", shown],
        ["aliases", (c) => model.aliases(c).join("; "), (c) => name(plain(model.aliases(c).join(", "), 80))],
        ["region", (c) => model.regionName(c)],
        ["id", (c) => concepts.id[c - model.P]],
      ],
      claims: [
        ["paper", (c) => model.label(model.paper[c]), (c) => link(model.paper[c])],
        ["role", (c) => S.roles[model.roles[model.role[c]]], (c) => h("a", { href: this.edgeLink(c) }, S.roles[model.roles[model.role[c]]])],
        ["concept", (c) => model.label(model.concept[c]), (c) => link(model.concept[c])],
        ["type", (c) => S.type[model.typeName(model.concept[c])]],
        ["confidence", (c) => model.conf[c]],
        ["year", (c) => model.year[model.paper[c]] || ""],
      ],
    };
  }

  // The row numbers (nodes or claims) in the order shown.
  rows(kind = this.state.rows) {
    const found = [];
    const { model, seen, near } = this;
    const inside = (node) => !near || near.has(node);
    if (kind === "papers") for (let p = 0; p < model.P; p++) if (seen.node[p] && inside(p)) found.push(p);
    if (kind === "concepts") for (let c = model.P; c < model.N; c++) if (seen.node[c] && inside(c)) found.push(c);
    if (kind === "claims") for (let c = 0; c < model.M; c++) if (seen.claim[c] && inside(model.paper[c]) && inside(model.concept[c])) found.push(c);
    return this.sorted(found, kind);
  }

  sorted(rows, kind) {
    const given = this.state.sort.split(" ");
    const [key, down] = this.columns[kind].some(([column]) => column === given[0]) ? [given[0], given[1] === "down"] : DEFAULT_SORT[kind];
    const value = this.columns[kind].find(([column]) => column === key)[1];
    const compare = new Intl.Collator("en", { numeric: true }).compare;
    const keyed = rows.map((row) => [value(row), row]);
    const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : compare(String(a), String(b)));
    keyed.sort((a, b) => (down ? -1 : 1) * order(a[0], b[0]) || a[1] - b[1]);
    this.sorting = [key, down];
    return keyed.map(([, row]) => row);
  }

  // `near`: Set of nodes of the current neighbourhood or null.
  update(state, seen, near) {
    const key = JSON.stringify([state, near?.size]);
    if (key !== this.lastKey) this.page = 0;
    this.lastKey = key;
    Object.assign(this, { state, seen, near: state.near ? near : null, canNear: Boolean(near) });
    this.draw();
  }

  draw() {
    const { state } = this;
    const rows = this.rows();
    const pages = Math.max(1, Math.ceil(rows.length / PAGE));
    this.page = Math.min(this.page, pages - 1);
    const from = this.page * PAGE;
    const focused = document.activeElement?.id;
    replace(this.element, this.bar(rows, from, pages), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": S.tables[state.rows] }, this.body(rows.slice(from, from + PAGE))));
    if (focused) this.element.querySelector(`#${CSS.escape(focused)}`)?.focus();
  }

  bar(rows, from, pages) {
    const kinds = Object.entries(S.tables).map(([kind, label]) => h("button", { type: "button", id: `rows-${kind}`, "aria-pressed": String(this.state.rows === kind), onclick: () => this.change({ rows: kind, sort: "" }) }, label));
    const turn = (by, label, id) => h("button", { type: "button", id, class: "button", disabled: this.page + by < 0 || this.page + by >= pages, onclick: () => ((this.page += by), this.draw()) }, label);
    const near = this.canNear ? h("label", { class: "switch" }, h("input", { type: "checkbox", id: "near", checked: this.state.near, onchange: (event) => this.change({ near: event.target.checked }) }), S.onlyNear) : null;
    return h("div", { class: "bar" }, h("div", { class: "segments", role: "group", "aria-label": S.table }, kinds), near, h("span", { class: "muted", role: "status" }, S.rows(from + 1, Math.min(rows.length, from + PAGE), rows.length)), pages > 1 ? [turn(-1, S.previous, "page-back"), turn(1, S.next, "page-on")] : null);
  }

  // The papers' concepts are counted as shown: those of a single paper only when unfolded.
  heading(key) {
    return S.columns[key === "concepts" && this.state.least > 1 ? "shared" : key];
  }

  body(rows) {
    const columns = this.columns[this.state.rows].filter(([key]) => key !== "id");
    const head = columns.map(([key]) => {
      const on = this.sorting[0] === key;
      const down = on && !this.sorting[1];
      return h("th", { scope: "col", class: `c-${key}`, "aria-sort": on ? (this.sorting[1] ? "descending" : "ascending") : null }, h("button", { type: "button", id: `sort-${key}`, title: S.sortBy(this.heading(key)), onclick: () => this.change({ sort: `${key} ${down ? "down" : "up"}` }) }, this.heading(key), h("span", { "aria-hidden": "true", class: "arrow" }, on ? (this.sorting[1] ? "↓" : "↑") : "")));
    });
    const cell = (row, [key, value, show], at) => h(at ? "td" : "th", { class: `c-${key}`, scope: at ? null : "row" }, show ? show(row) : name(String(value(row))));
    return h("table", {}, h("caption", { class: "quiet" }, S.tables[this.state.rows]), h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows.map((row) => h("tr", {}, columns.map((column, at) => cell(row, column, at))))));
  }

  // Rows for download: objects with the columns' names.
  records() {
    const columns = this.columns[this.state.rows];
    return this.rows().map((row) => Object.fromEntries(columns.map(([key, value]) => [key, value(row)])));
  }
}

const DEFAULT_SORT = { papers: ["concepts", true], concepts: ["papers", true], claims: ["paper", false] };

export { number };
