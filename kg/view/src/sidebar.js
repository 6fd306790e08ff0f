// The left side: legend, switches, facets with counts, path finder, notes.

import { h, name, plain, replace } from "./dom.js";
import { EMPTY, LEAST, SURE, count, isEmpty } from "./filters.js";
import { searchBox } from "./search.js";
import { shapeIcon } from "./shapes.js";
import { S, number } from "./strings.js";

const SHOWN = 7;
const FACETS = ["role", "year", "region", "venue", "least", "conf"];

export class Sidebar {
  // `change(patch)` sets state; `link(node)` gives an address within the page.
  constructor(model, index, hubs, { change, link }) {
    Object.assign(this, { model, index, hubs, change, link });
    this.opened = new Set(["role"]);
    this.state = EMPTY;
    // A facet with a single value tells nothing.
    this.useful = FACETS.filter((facet) => this.options(facet).length > 1);
    this.long = new Set();
    this.legend = h("div", { class: "legend" });
    this.facets = h("div", { class: "facets" });
    this.element = h("aside", { class: "side", id: "side", "aria-label": S.filters }, this.legend, this.facets, this.finder(), this.silent(), this.notes());
  }

  update(state, seen) {
    this.state = state;
    const focused = document.activeElement?.id;
    this.drawLegend(state, seen);
    replace(this.facets, this.useful.map((facet) => this.facet(facet)), this.clear());
    if (focused && this.element.querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused).focus();
  }

  drawLegend(state, seen) {
    const counts = count(this.model, state, this.hubs, "type");
    const types = this.model.types.slice(1).map((type, at) => this.row("type", at + 1, [shapeIcon(type), S.types[type]], counts.get(at + 1) ?? 0));
    const papers = h("li", { class: "row fixed" }, h("span", { class: "row-label" }, shapeIcon("Paper"), S.types.Paper), h("span", { class: "count" }, number(seen.papers)));
    replace(
      this.legend,
      h("h2", {}, S.legend),
      h("ul", { class: "rows", "aria-label": S.facets.type }, papers, types),
      this.hubSwitch(state),
      this.singles(state),
    );
  }

  hubSwitch(state) {
    if (!this.hubs.length) return null;
    const names = this.hubs.slice(0, 6).map((hub) => plain(this.model.label(hub), 30)).join(", ");
    const box = h("input", { type: "checkbox", id: "hubs", checked: state.hubs, onchange: (event) => this.change({ hubs: event.target.checked }) });
    return h("label", { class: "switch", for: "hubs", title: S.hubsWhy(names) }, box, h("span", {}, S.hubs(this.hubs.length), h("small", {}, names)));
  }

  singles(state) {
    let single = 0;
    for (let node = this.model.P; node < this.model.N; node++) single += this.model.degree[node] === 1;
    if (!single) return null;
    const open = state.least === 1;
    return h("p", { class: "folded" }, S.foldedOne(single, open), " ", single < 20000 ? h("button", { type: "button", id: "unfold", class: "textual", "aria-pressed": String(open), onclick: () => this.change({ least: open ? 2 : 1 }) }, open ? S.foldedHide : S.foldedShow) : null);
  }

  row(facet, value, label, found, { single = false } = {}) {
    const id = `f-${facet}-${value}`;
    const on = single ? this.state[facet] === value : this.state[facet].includes(value);
    const set = () => {
      if (single) return this.change({ [facet]: value });
      const list = this.state[facet];
      return this.change({ [facet]: on ? list.filter((other) => other !== value) : [...list, value] });
    };
    const input = h("input", { type: single ? "radio" : "checkbox", id, name: facet, checked: on, onchange: set });
    return h("li", { class: `row${found ? "" : " empty"}` }, input, h("label", { for: id, class: "row-label" }, label), h("span", { class: "count" }, number(found)));
  }

  facet(facet) {
    const active = String(this.state[facet]) !== String(EMPTY[facet]);
    const open = this.opened.has(facet) || active;
    const details = h("details", { open }, h("summary", { id: `s-${facet}` }, S.facets[facet], active ? h("span", { class: "dot", "aria-hidden": "true" }) : null));
    // Only open facets count: at 50,000 papers each takes a moment.
    if (open) this.fillFacet(details, facet);
    details.addEventListener("toggle", () => {
      if (details.open) this.opened.add(facet);
      else this.opened.delete(facet);
      if (details.open && details.children.length === 1) this.fillFacet(details, facet);
    });
    return details;
  }

  fillFacet(details, facet) {
    const rows = this.options(facet).map(([value, label, found, single]) => this.row(facet, value, label, found, { single }));
    const all = this.long.has(facet) || rows.length <= SHOWN + 1;
    const toggle = () => {
      if (!this.long.delete(facet)) this.long.add(facet);
      this.update(this.state, this.seen());
    };
    details.append(h("ul", { class: "rows", "aria-label": S.facets[facet] }, all ? rows : rows.slice(0, SHOWN)));
    if (rows.length > SHOWN + 1) details.append(h("button", { type: "button", id: `m-${facet}`, class: "more", onclick: toggle }, all ? S.showLess : S.showAll(rows.length)));
  }

  // [value, label, count, whether only one can be chosen] per value of a facet.
  options(facet) {
    const counts = count(this.model, this.state, this.hubs, facet);
    const sorted = (order) => [...counts].filter(([value]) => value).sort(order);
    const found = {
      role: () => this.model.roles.map((role, at) => [at, S.roles[role]]).filter(([at]) => counts.has(at) || this.state.role.includes(at)),
      year: () => sorted((a, b) => b[0] - a[0]).map(([year]) => [year, String(year)]),
      venue: () => sorted((a, b) => b[1] - a[1] || a[0] - b[0]).map(([at]) => [at, name(plain(this.model.data.tables.venues[at - 1], 60))]),
      region: () => sorted((a, b) => b[1] - a[1] || a[0] - b[0]).map(([at]) => [at, name(this.model.data.regions[at - 1].label)]),
      least: () => LEAST.filter((least) => counts.get(least)).map((least) => [least, S.atLeast(least)]),
      conf: () => SURE.filter((sure) => counts.get(sure)).map((sure) => [sure, S.confidenceFrom(sure)]),
    }[facet]();
    const single = facet === "least" || facet === "conf";
    return found.map(([value, label]) => [value, label, counts.get(value) ?? 0, single]);
  }

  clear() {
    return isEmpty(this.state) ? null : h("button", { type: "button", id: "clear", class: "button", onclick: () => this.change({ ...EMPTY }) }, S.clear);
  }

  // Two search boxes and a button.
  finder() {
    const ends = { from: -1, to: -1 };
    this.startPath = (node) => {
      ends.from = node;
      go.disabled = ends.to < 0 || ends.from === ends.to;
    };
    const go = h("button", { type: "button", class: "button", disabled: true, onclick: () => this.change({ sel: this.model.key(ends.from), path: this.model.key(ends.to), with: "", view: "map" }) }, S.pathFind);
    const box = (end, label, id) =>
      searchBox(this.index, {
        label, placeholder: label, id,
        onpick: (node, input) => {
          ends[end] = node;
          input.value = plain(this.model.label(node), 60);
          go.disabled = ends.from < 0 || ends.to < 0 || ends.from === ends.to;
        },
      });
    return h("details", { class: "finder" }, h("summary", {}, S.pathTitle), box("from", S.pathFrom, "path-from"), box("to", S.pathTo, "path-to"), go);
  }

  silent() {
    const papers = Array.from({ length: this.model.P }, (_, node) => node).filter((node) => !this.model.degree[node]);
    if (!papers.length) return null;
    const rows = papers.slice(0, 200).map((node) => h("li", {}, h("a", { href: this.link(node) }, name(this.model.label(node)))));
    return h("details", {}, h("summary", {}, S.silentTitle, " ", h("span", { class: "count" }, number(papers.length))), h("ul", { class: "plain small" }, rows));
  }

  notes() {
    const { folded, shown } = this.model.data;
    const lines = Object.entries(folded).map(([what, n]) => S.folded[what](n));
    if (shown.least > 2) lines.push(S.folded.least(shown.least));
    if (this.model.thinned) lines.push(S.folded.webgl(this.model.thinned));
    if (!lines.length) return null;
    return h("section", { class: "notes" }, h("h2", {}, S.notes), h("ul", { class: "plain small" }, lines.map((line) => h("li", {}, line))), h("p", { class: "small" }, S.folded.how));
  }
}
