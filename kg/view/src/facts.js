// The facts of a paper, a concept, a connection or a path, as elements.

import { h, name, outside, plain, svg } from "./dom.js";
import { common, path as findPath, similar, together } from "./graph.js";
import { shapeIcon } from "./shapes.js";
import { S, number } from "./strings.js";

export class Facts {
  // `link(node)`, `edgeLink(claim)` and `pathLink(from, to)` give addresses within the page.
  constructor(model, { link, edgeLink, pathLink }) {
    Object.assign(this, { model, link, edgeLink, pathLink });
  }

  // A reference to a node: shape, name, and what is said of it.
  node(node, after = null) {
    return h("a", { class: "ref", href: this.link(node) }, shapeIcon(this.model.typeName(node)), h("span", {}, name(this.model.label(node)), after ? h("span", { class: "muted" }, " ", after) : null));
  }

  of(node) {
    return this.model.isPaper(node) ? this.paper(node) : this.concept(node);
  }

  head(node, kind) {
    return [
      h("p", { class: "kind" }, shapeIcon(this.model.typeName(node)), kind, this.model.region[node] ? [" · ", name(this.model.regionName(node))] : null),
      h("h2", { id: "facts-title", tabindex: "-1", class: this.model.label(node).length > 160 ? "long" : null }, name(this.model.label(node))),
    ];
  }

  paper(node) {
    const { papers } = this.model.data;
    const authors = papers.authors[node];
    const when = [this.model.venueName(node), this.model.year[node] || null].filter(Boolean);
    return [
      this.head(node, S.type.Paper),
      authors.length ? h("p", { class: "authors" }, authors.slice(0, 12).map((author, at) => [at ? ", " : "", name(plain(author, 80))]), authors.length > 12 ? ` ${S.more(authors.length - 12)}` : null) : null,
      when.length ? h("p", { class: "muted" }, when.map((part, at) => [at ? " · " : "", name(String(part))])) : null,
      this.links(node),
      this.abstract(node),
      this.connections(node),
      this.similarPapers(node),
    ];
  }

  links(node) {
    const { doi, arxiv, url, links } = this.model.data.papers;
    const found = [];
    if (/^[\w./-]+$/.test(arxiv[node] ?? "")) found.push([S.source.arxiv, `https://arxiv.org/abs/${encodeURI(arxiv[node])}`]);
    if (doi[node]) found.push([S.source.doi, /^10\.\d{4,}\/\S+$/.test(doi[node]) ? `https://doi.org/${encodeURI(doi[node])}` : doi[node]]);
    if (url[node] && !(arxiv[node] && url[node].includes(arxiv[node]))) found.push([S.source.url, url[node]]);
    for (const [kind, address] of links[node] ?? []) found.push([S.linkKinds[kind] ?? kind, address]);
    if (!found.length) return null;
    const rows = found.map(([kind, address]) => h("li", {}, h("span", { class: "tag" }, kind), " ", outside(address, plain(address.replace(/^https?:\/\/(www\.)?/, ""), 48))));
    return h("ul", { class: "links", "aria-label": S.links }, rows);
  }

  abstract(node) {
    const { text } = this.model.data;
    const pieces = this.model.pieces(node);
    const title = h("h3", {}, S.abstract);
    if (!pieces.length) return text === "none" ? [title, h("p", { class: "muted" }, S.noAbstract)] : null;
    const mentions = [...this.model.claims(node)].flatMap((claim) => this.model.mentions(claim)).filter((m) => m.field);
    const whole = text === "abstracts";
    const body = pieces.map(([offset, piece], at) => [at && !whole ? " … " : "", this.marked(piece, offset, mentions)]);
    return [title, h("p", { class: "abstract", dir: "auto" }, body), whole ? null : h("p", { class: "muted small" }, S.someSentences)];
  }

  // A text with its mentions as links, coloured by type; `main` claims stand out.
  marked(text, offset, mentions, main = null) {
    const parts = [];
    let at = 0;
    for (const mention of [...mentions].sort((a, b) => a.start - b.start || b.end - a.end)) {
      const [start, end] = [mention.start - offset, mention.end - offset];
      if (start < at || start >= text.length) continue;
      parts.push(text.slice(at, start));
      const concept = this.model.concept[mention.claim];
      const type = this.model.typeName(concept);
      const about = `${S.type[type]}: ${plain(this.model.label(concept), 80)}, ${S.roles[this.model.roles[mention.role]]}, ${S.confidence(mention.confidence)}`;
      parts.push(h("a", { class: `mark mark-${type}${main === mention.claim ? " main" : ""}`, href: this.link(concept), title: about }, text.slice(start, end)));
      at = Math.min(text.length, end);
    }
    return [...parts, text.slice(at)];
  }

  connections(node) {
    const { model } = this;
    const claims = [...model.claims(node)].sort((a, b) => model.role[a] - model.role[b] || model.degree[model.concept[b]] - model.degree[model.concept[a]]);
    if (!claims.length) return h("p", { class: "muted" }, S.nothingFound);
    const groups = new Map();
    for (const claim of claims) groups.set(model.role[claim], [...(groups.get(model.role[claim]) ?? []), claim]);
    const rows = [...groups].map(([role, own]) => [
      h("dt", {}, S.roles[model.roles[role]]),
      h("dd", {}, own.map((claim) => h("span", { class: "pair" }, this.node(model.concept[claim], this.count(model.concept[claim])), this.why(claim)))),
    ]);
    return [h("h3", {}, S.connections), h("dl", { class: "roles" }, rows)];
  }

  count(concept) {
    return this.model.degree[concept] > 1 ? `×${number(this.model.degree[concept])}` : null;
  }

  // A link to a connection's evidence.
  why(claim) {
    const both = `${S.evidence}: ${plain(this.model.label(this.model.paper[claim]), 40)} – ${plain(this.model.label(this.model.concept[claim]), 40)}`;
    return h("a", { class: "why", href: this.edgeLink(claim), "aria-label": both, title: both }, "“”");
  }

  similarPapers(node) {
    const found = similar(this.model, node);
    const rows = found.map(({ node: other, shared }) =>
      h("li", {}, this.node(other), h("p", { class: "shared" }, `${S.similarBy}: `, shared.slice(0, 4).map((concept, at) => [at ? ", " : "", h("a", { href: this.link(concept) }, name(this.model.label(concept)))]), shared.length > 4 ? [", ", h("a", { href: this.pathLink(node, other) }, S.more(shared.length - 4))] : null)),
    );
    return [h("h3", {}, S.similar), rows.length ? h("ul", { class: "plain" }, rows) : h("p", { class: "muted" }, S.noSimilar)];
  }

  concept(node) {
    const at = node - this.model.P;
    const { broader, matches } = this.model.data.concepts;
    const wider = (broader[at] ?? []).map(([to, reason]) => h("li", {}, this.node(to + this.model.P, reason)));
    const narrower = (this.model.narrower.get(at) ?? []).map((to) => h("li", {}, this.node(to + this.model.P)));
    const elsewhere = (matches[at] ?? []).map(([relation, address]) => h("li", {}, h("span", { class: "tag" }, relation), " ", outside(address, plain(address, 60))));
    const list = (title, rows) => (rows.length ? [h("h3", {}, title), this.folding(rows, 6)] : null);
    return [
      this.head(node, S.type[this.model.typeName(node)]),
      h("p", { class: "muted" }, S.inPapers(this.model.degree[node])),
      this.byYear(node),
      this.aliases(at),
      list(S.broader, wider),
      list(S.narrower, narrower),
      list(S.elsewhere, elsewhere),
      this.usedTogether(node),
      this.conceptEvidence(node),
    ];
  }

  aliases(at) {
    const names = this.model.data.concepts.aliases[at] ?? [];
    const why = new Map((this.model.data.concepts.merges[at] ?? []).map(([alias, reason, score]) => [alias, S.mergedBecause(reason, score)]));
    const all = [...new Set([...names, ...why.keys()])];
    const rows = all.map((alias) => h("li", {}, name(alias), why.has(alias) ? h("span", { class: "muted" }, ` – ${why.get(alias)}`) : null));
    return rows.length ? [h("h3", {}, S.aliases), this.folding(rows, 5)] : null;
  }

  byYear(node) {
    const counts = new Map();
    for (const claim of this.model.claims(node)) {
      const year = this.model.year[this.model.paper[claim]];
      if (year) counts.set(year, (counts.get(year) ?? 0) + 1);
    }
    if (counts.size < 2) return null;
    const years = [...counts.keys()].sort((a, b) => a - b);
    const rows = [];
    for (let year = years[0]; year <= years.at(-1); year++) rows.push([year, counts.get(year) ?? 0]);
    return h("figure", { class: "years" }, h("figcaption", {}, S.byYear), bars(rows.slice(-40)));
  }

  usedTogether(node) {
    const found = together(this.model, node);
    if (!found.length) return null;
    return [h("h3", {}, S.together), h("ul", { class: "chips" }, found.map(({ node: other, count }) => h("li", {}, this.node(other, `×${number(count)}`))))];
  }

  conceptEvidence(node) {
    const { model } = this;
    const claims = [...model.claims(node)].sort((a, b) => model.role[a] - model.role[b] || model.year[model.paper[b]] - model.year[model.paper[a]] || a - b);
    const rows = claims.map((claim) => () => h("li", {}, h("p", { class: "by" }, h("span", { class: "role" }, S.rolesBy[model.roles[model.role[claim]]]), this.node(model.paper[claim], model.year[model.paper[claim]] || null), this.why(claim)), this.sentences(claim, 1)));
    return [h("h3", {}, S.evidence), this.folding(rows, 8)];
  }

  // Quotes that support a claim, its own words standing out.
  sentences(claim, most = 20) {
    const found = this.model.evidence(claim).slice(0, most);
    if (!found.length) return h("p", { class: "muted small" }, S.noSentence);
    return found.map(({ title, offset, text, mentions }) => h("blockquote", { dir: "auto" }, this.marked(text.trimEnd(), offset, mentions, claim), title ? h("span", { class: "tag" }, S.inTitle) : null));
  }

  edge(claim) {
    const { model } = this;
    const [paper, concept] = [model.paper[claim], model.concept[claim]];
    return [
      h("p", { class: "kind" }, S.edgeTitle),
      h("h2", { id: "facts-title", tabindex: "-1", class: "edge-title" }, this.node(paper), h("span", { class: "role" }, S.roles[model.roles[model.role[claim]]]), this.node(concept)),
      h("p", { class: "sure" }, h("meter", { min: 0, max: 100, value: model.conf[claim], "aria-label": S.columns.confidence }), " ", S.confidence(model.conf[claim])),
      h("h3", {}, S.evidence),
      this.sentences(claim),
      h("ul", { class: "plain small" }, model.mentions(claim).map((m) => h("li", { class: "muted" }, `${S.roles[model.roles[m.role]]}, ${S.confidence(m.confidence)}${m.field ? "" : ` (${S.inTitle})`}`))),
    ];
  }

  path(from, to, allowed) {
    const found = findPath(this.model, from, to, allowed);
    const title = [h("p", { class: "kind" }, S.pathTitle), h("h2", { id: "facts-title", tabindex: "-1" }, S.pathOf(plain(this.model.label(from), 50), plain(this.model.label(to), 50)))];
    if (!found) return { elements: [title, h("p", { class: "muted" }, S.pathNone)], nodes: [from, to], claims: [] };
    const steps = found.claims.map((claim, at) => {
      const [here, next] = [found.nodes[at], found.nodes[at + 1]];
      const words = this.model.isPaper(here) ? S.roles : S.rolesBy;
      return h("li", {}, h("p", { class: "by" }, h("span", { class: "role" }, words[this.model.roles[this.model.role[claim]]]), this.node(next), this.why(claim)), this.sentences(claim, 1));
    });
    const elements = [title, h("p", { class: "muted" }, S.pathSteps(steps.length)), h("ol", { class: "steps" }, h("li", {}, this.node(found.nodes[0])), steps), this.between(from, to, allowed)];
    return { elements, nodes: found.nodes, claims: found.claims };
  }

  // All that ties the two directly, each tie with its two connections: a path runs through one of them.
  between(from, to, allowed) {
    const { model } = this;
    const found = common(model, from, to, allowed);
    if (found.length < 2) return null;
    const says = (claims) => [...new Set(claims.map((claim) => S.roles[model.roles[model.role[claim]]]))].join(" / ");
    const rows = found.map(({ node, claims }) => () => h("li", { class: "pair" }, this.node(node, says(claims)), h("span", { class: "whys" }, claims.map((claim) => this.why(claim)))));
    return [h("h3", {}, model.isPaper(from) ? S.bothShare(found.length) : S.bothIn(found.length)), this.folding(rows, 30)];
  }

  // A list that shows its first rows and the others on demand; rows may be made late.
  folding(rows, first) {
    const make = (row) => (typeof row === "function" ? row() : row);
    const list = h("ul", { class: "plain" }, rows.slice(0, first).map(make));
    if (rows.length <= first) return list;
    let shown = first;
    const more = h("button", { type: "button", class: "more", onclick: () => grow() }, S.moreHint(Math.min(50, rows.length - first)));
    const grow = () => {
      const from = list.children[shown - 1];
      for (const row of rows.slice(shown, shown + 50)) list.append(make(row));
      shown = Math.min(rows.length, shown + 50);
      from.nextElementSibling?.querySelector("a, button")?.focus();
      if (shown === rows.length) more.remove();
      else more.textContent = S.moreHint(Math.min(50, rows.length - shown));
    };
    return [list, more];
  }
}

// A small bar chart; the same numbers as text for those who do not see it.
function bars(rows, { width = 340, height = 54 } = {}) {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  const step = Math.min(28, width / rows.length);
  const every = Math.max(1, Math.ceil(34 / step));
  const columns = rows.map(([label, count], at) => {
    const tall = (count / most) * (height - 18);
    return svg("rect", { x: at * step + 1, y: height - 14 - tall, width: Math.max(1, step - 2), height: Math.max(count ? 1.5 : 0, tall), rx: 1.5, class: "bar" }, svg("title", {}, `${label}: ${count}`));
  });
  const labels = rows.map(([label], at) => (at % every ? null : svg("text", { x: at * step + step / 2, y: height - 2, class: "bar-label" }, label)));
  return svg("svg", { viewBox: `-6 0 ${width + 12} ${height}`, width: "100%", height, role: "img", "aria-label": S.byYearText(rows) }, columns, labels);
}
