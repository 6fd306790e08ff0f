// Search over titles, labels and aliases, and the box to type in.

import { h, name, replace } from "./dom.js";
import { shapeIcon } from "./shapes.js";
import { S } from "./strings.js";

export function fold(text) {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^\p{L}\p{N}+#]+/gu, " ").trim();
}

export class Index {
  constructor(model) {
    this.model = model;
    this.rows = null;
  }

  // Made on first use: folding the names of 50,000 papers takes a moment.
  build() {
    const rows = [];
    for (let node = 0; node < this.model.N; node++) {
      rows.push({ node, text: fold(this.model.label(node)), alias: null });
      for (const alias of this.model.aliases(node)) rows.push({ node, text: fold(alias), alias });
    }
    this.rows = rows;
  }

  find(query, limit = 12) {
    const wanted = fold(query);
    if (!wanted) return [];
    if (!this.rows) this.build();
    const best = new Map();
    for (const row of this.rows) {
      const at = row.text.indexOf(wanted);
      if (at < 0) continue;
      const score = this.score(row, wanted, at);
      const old = best.get(row.node);
      if (!old || old.score < score) best.set(row.node, { ...row, score });
    }
    return [...best.values()].sort((a, b) => b.score - a.score || a.node - b.node).slice(0, limit);
  }

  score(row, wanted, at) {
    const whole = row.text.length === wanted.length ? 8 : 0;
    const start = at === 0 ? 4 : row.text[at - 1] === " " ? 2 : 0;
    return whole + start + Math.min(3, Math.log2(1 + this.model.degree[row.node]) / 3) - (row.alias ? 0.5 : 0);
  }
}

let boxes = 0;

// A combobox: type, arrow keys, Enter. `onpick(node)` gets the choice.
export function searchBox(index, { label, placeholder, onpick, id, role = null }) {
  const number = ++boxes;
  const list = h("ul", { role: "listbox", id: `found-${number}`, class: "found", "aria-label": label, hidden: true });
  const status = h("span", { class: "quiet", role: "status" });
  const input = h("input", {
    type: "text", id, class: "search-input", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder,
    "aria-label": label, "aria-expanded": "false", "aria-controls": `found-${number}`, "aria-autocomplete": "list",
  });
  let hits = [];
  let at = -1;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (next) => {
    at = next;
    [...list.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
    if (at >= 0 && list.children[at]) {
      input.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  };
  const pick = (hit) => {
    close();
    onpick(hit.node, input);
  };
  const update = () => {
    const text = input.value.trim();
    hits = index.find(text);
    replace(list, hits.map((hit, n) => row(hit, `found-${number}-${n}`, pick)));
    if (text && !hits.length) replace(list, h("li", { class: "quiet-row", role: "option", "aria-disabled": "true", "aria-selected": "false" }, S.noMatch(text)));
    status.textContent = text ? S.matches(hits.length) : "";
    list.hidden = !text;
    input.setAttribute("aria-expanded", String(Boolean(text)));
    mark(hits.length ? 0 : -1);
  };
  const row = (hit, rowId, choose) =>
    h(
      "li",
      { role: "option", id: rowId, "aria-selected": "false", onpointerdown: (event) => (event.preventDefault(), choose(hit)) },
      shapeIcon(index.model.typeName(hit.node)),
      h("span", { class: "found-name" }, name(index.model.label(hit.node)), hit.alias ? h("span", { class: "muted" }, " ", S.alias(hit.alias)) : null),
      h("span", { class: "muted found-count" }, index.model.isPaper(hit.node) ? index.model.year[hit.node] || "" : index.model.degree[hit.node]),
    );

  input.addEventListener("input", update);
  input.addEventListener("focus", () => input.value.trim() && update());
  input.addEventListener("blur", () => setTimeout(close, 120));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) update();
      if (hits.length) mark((at + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length);
    } else if (event.key === "Enter" && hits[at]) {
      event.preventDefault();
      pick(hits[at]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (list.hidden) input.value = "";
      close();
    }
  });
  return h("div", { class: "search", role, "aria-label": role && label }, input, list, status);
}
