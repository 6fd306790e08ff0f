// Search over titles, authors, ids, labels and aliases, and the box to type in.

import { h, name, plain, replace } from "./dom.js";
import { shapeIcon } from "./shapes.js";
import { S } from "./strings.js";

const LIMIT = 12;
// What stands before the id in the address of a paper.
const PREFIX = /^(https?:\/\/)?(www\.)?((export\.)?arxiv\.org\/(abs|pdf|html)|(dx\.)?doi\.org|(huggingface|hf)\.co\/papers)\/(?=.)/i;
const VERSION = /(\d{4}\.\d{4,5})(v\d+)?(\.pdf)?([?#].*)?$/i;

function fold(text) {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^\p{L}\p{N}+#]+/gu, " ").trim();
}

// What a query asks for: an address of a paper asks for its id.
function wish(query) {
  const text = query.trim();
  return fold(text.replace(PREFIX, "").replace(VERSION, "$1"));
}

export class Index {
  constructor(model) {
    this.model = model;
    this.rows = null;
  }

  // Made on first use: folding the names of 50,000 papers takes a moment.  `whole` is all by which a
  // node is known, for words that stand apart; a row says what it shows of a match beside the label.
  build() {
    this.rows = [];
    this.whole = [];
    for (let node = 0; node < this.model.N; node++) {
      const from = this.rows.length;
      this.rows.push({ node, text: fold(this.model.label(node)), less: 0, says: null });
      if (this.model.isPaper(node)) this.addPaper(node);
      else for (const alias of this.model.aliases(node)) this.rows.push({ node, text: fold(alias), less: 0.5, says: () => S.alias(alias) });
      this.whole.push([...this.rows.slice(from).map((row) => row.text), this.model.isPaper(node) ? this.model.year[node] : ""].join(" "));
    }
  }

  addPaper(node) {
    const { authors, id, arxiv, doi, url } = this.model.data.papers;
    for (const author of authors[node]) this.rows.push({ node, text: fold(author), less: 1, says: () => S.by(plain(author, 40), authors[node].length), word: true });
    const ids = [id[node], arxiv[node] && `arxiv:${arxiv[node]}`, doi[node], url[node]].filter(Boolean);
    this.rows.push({ node, text: fold(ids.join(" ")), less: 4, says: () => plain(id[node], 40), word: true });
  }

  // {hits: the best rows, total: how many nodes match, meant: the words looked for instead, or ""}.
  find(query, limit = LIMIT) {
    const wanted = wish(query);
    if (!wanted) return { hits: [], total: 0, meant: "" };
    if (!this.rows) this.build();
    const found = this.match(wanted, limit);
    const meant = found.total ? "" : this.spell(wanted);
    return meant ? { ...this.match(meant, limit), meant } : { ...found, meant: "" };
  }

  match(wanted, limit) {
    const best = new Map();
    for (const row of this.rows) {
      const score = this.score(row, wanted);
      if (score > (best.get(row.node)?.score ?? -Infinity)) best.set(row.node, { ...row, score });
    }
    this.addScattered(best, wanted.split(" "));
    const hits = [...best.values()].sort((a, b) => b.score - a.score || a.node - b.node).slice(0, limit);
    return { hits, total: best.size };
  }

  // The query with each word that stands nowhere replaced by the nearest one that does, or "".
  spell(wanted) {
    this.words ??= countWords(this.rows);
    const words = wanted.split(" ").map((word) => (this.whole.some((text) => text.includes(word)) ? word : nearest(word, this.words)));
    const meant = words.join(" ");
    return words.every(Boolean) && meant !== wanted ? meant : "";
  }

  // Words in another order, or with others between them: behind all that match as typed.
  addScattered(best, words) {
    if (words.length < 2) return;
    this.whole.forEach((text, node) => {
      if (best.has(node) || !words.every((word) => text.includes(word))) return;
      const starts = words.filter((word) => ` ${text}`.includes(` ${word}`)).length / words.length;
      best.set(node, { node, says: this.beside(node, words), score: 2 * starts - 9 + this.weight(node) });
    });
  }

  // What the label lacks of a match is told beside it.
  beside(node, words) {
    const label = fold(this.model.label(node));
    const missing = words.filter((word) => !label.includes(word));
    const more = this.rowsOf(node).find(({ text, says }) => says && missing.some((word) => text.includes(word)));
    return missing.length && more ? more.says : null;
  }

  rowsOf(node) {
    this.first ??= this.rows.reduce((first, row, at) => ((first[row.node] ??= at), first), []);
    return this.rows.slice(this.first[node], this.first[node + 1]);
  }

  weight(node) {
    return Math.min(3, Math.log2(1 + this.model.degree[node]) / 3);
  }

  // Names and ids are looked for from the start of a word: "Hu" is not meant for Zhu.
  score({ node, text, less, word }, wanted) {
    let at = text.indexOf(wanted);
    if (at > 0 && text[at - 1] !== " ") {
      const start = text.indexOf(` ${wanted}`);
      if (word && start < 0) return -Infinity;
      if (start > 0) at = start + 1;
    }
    if (at < 0) return -Infinity;
    const whole = text.length === wanted.length ? 8 : 0;
    const start = at === 0 || word ? 4 : text[at - 1] === " " ? 2 : 0;
    const end = ` ${text} `.startsWith(`${wanted} `, at + 1) ? 1.5 : 0;
    return whole + start + end + this.weight(node) - less;
  }
}

// {word: how many names have it}; ids are no words.
function countWords(rows) {
  const counts = new Map();
  for (const { text } of rows) {
    for (const word of text.split(" ")) if (!/\p{N}/u.test(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

// The word with the fewest slips from `word`, of those the most frequent, or null: one slip in four
// to seven letters, two in more.
function nearest(word, counts) {
  const most = word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
  let best = null;
  for (const [other, count] of most ? counts : []) {
    if (Math.abs(other.length - word.length) > most) continue;
    const found = { other, count, slips: slips(word, other) };
    if (found.slips <= most && closer(found, best)) best = found;
  }
  return best && best.other;
}

function closer(found, best) {
  if (!best || found.slips !== best.slips) return !best || found.slips < best.slips;
  return found.count === best.count ? found.other < best.other : found.count > best.count;
}

// Damerau-Levenshtein distance (optimal string alignment): a letter more, less, other, or two swapped.
function slips(one, two) {
  let before = [];
  let last = Array.from({ length: two.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= two.length; j++) {
      const same = one[i - 1] === two[j - 1];
      next[j] = Math.min(last[j] + 1, next[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === two[j - 2] && one[i - 2] === two[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    [before, last] = [last, next];
  }
  return last[two.length];
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
  let total = 0;
  let at = -1;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (next) => {
    at = next;
    const rows = [...list.querySelectorAll("[id]")]; // what only tells has no id
    rows.forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
    if (rows[at]) {
      input.setAttribute("aria-activedescendant", rows[at].id);
      rows[at].scrollIntoView({ block: "nearest" });
    }
  };
  const pick = (hit) => {
    close();
    onpick(hit.node, input);
  };
  const update = () => {
    const text = input.value.trim();
    let meant;
    ({ hits, total, meant } = index.find(text));
    const quiet = (said) => h("li", { class: "quiet-row", role: "option", "aria-disabled": "true", "aria-selected": "false" }, said);
    const none = text && !total ? S.noMatch(text) : meant ? S.meant(text, meant) : null;
    replace(list, none && quiet(none), hits.map((hit, n) => row(hit, `found-${number}-${n}`, pick)), total > hits.length ? quiet(S.firstMatches(hits.length, total)) : null);
    status.textContent = !text ? "" : meant ? `${none} ${S.matches(total)}` : S.matches(total);
    list.hidden = !text;
    input.setAttribute("aria-expanded", String(Boolean(text)));
    mark(hits.length ? 0 : -1);
  };
  const row = (hit, rowId, choose) =>
    h(
      "li",
      { role: "option", id: rowId, "aria-selected": "false", onpointerdown: (event) => (event.preventDefault(), choose(hit)) },
      shapeIcon(index.model.typeName(hit.node)),
      h("span", { class: "found-name" }, name(index.model.label(hit.node)), hit.says ? h("span", { class: "muted" }, " ", name(hit.says())) : null),
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
