// Questions to the graph: neighbourhoods, paths, likeness. All deterministic.

// The nodes within `depth` steps, the strongest ties first, at most `limit` of them.
export function neighbourhood(model, seed, depth, { limit = 300, allowed = () => true } = {}) {
  const level = new Map([[seed, 0]]);
  const parent = new Map();
  let edge = [seed];
  let total = 1;
  const seen = new Set([seed]);
  for (let step = 1; step <= depth; step++) {
    const found = [];
    for (const node of edge) {
      for (const claim of model.claims(node)) {
        const other = model.other(claim, node);
        if (seen.has(other) || !allowed(claim, other)) continue;
        seen.add(other);
        found.push({ node: other, from: node, tie: tie(model, claim) });
      }
    }
    total += found.length;
    found.sort((a, b) => b.tie - a.tie || a.node - b.node);
    const kept = found.slice(0, Math.max(0, limit - level.size));
    for (const { node, from } of kept) {
      level.set(node, step);
      parent.set(node, from);
    }
    edge = kept.map(({ node }) => node);
  }
  return { nodes: [...level.keys()], level, parent, total };
}

// A claim says more the stronger its role, the surer it is and the rarer its concept.
function tie(model, claim) {
  return (model.conf[claim] / 100) * (8 - model.role[claim]) / Math.log2(2 + model.degree[model.concept[claim]]);
}

export function claimsAmong(model, nodes, allowed = () => true) {
  const inside = new Set(nodes);
  const found = [];
  for (const node of nodes) {
    if (!model.isPaper(node)) continue;
    for (const claim of model.claims(node)) {
      if (inside.has(model.concept[claim]) && allowed(claim, model.concept[claim])) found.push(claim);
    }
  }
  return found;
}

// Dijkstra: a step through a concept costs more the more papers mention it, so that
// the path runs through what is telling, not through hubs.
export function path(model, from, to, allowed = () => true) {
  const cost = new Float64Array(model.N).fill(Infinity);
  const came = new Int32Array(model.N).fill(-1);
  const heap = new Heap();
  cost[from] = 0;
  heap.push(0, from);
  while (heap.size) {
    const [sofar, node] = heap.pop();
    if (node === to) return trace(model, came, from, to);
    if (sofar > cost[node]) continue;
    for (const claim of model.claims(node)) {
      const other = model.other(claim, node);
      const next = sofar + 1 + Math.log2(1 + model.degree[model.concept[claim]]) / 2;
      if (next >= cost[other] || !(allowed(claim, other) || other === to)) continue;
      cost[other] = next;
      came[other] = claim;
      heap.push(next, other);
    }
  }
  return null;
}

function trace(model, came, from, to) {
  const nodes = [to];
  const claims = [];
  for (let node = to; node !== from; ) {
    claims.unshift(came[node]);
    node = model.other(came[node], node);
    nodes.unshift(node);
  }
  return { nodes, claims };
}

class Heap {
  items = [];

  get size() {
    return this.items.length;
  }

  push(key, value) {
    const { items } = this;
    let at = items.push([key, value]) - 1;
    while (at && before(items[at], items[(at - 1) >> 1])) {
      const up = (at - 1) >> 1;
      [items[at], items[up]] = [items[up], items[at]];
      at = up;
    }
  }

  pop() {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (items.length) {
      items[0] = last;
      this.sink(0);
    }
    return top;
  }

  sink(at) {
    const { items } = this;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < items.length && before(items[child], items[least])) least = child;
      }
      if (least === at) return;
      [items[at], items[least]] = [items[least], items[at]];
      at = least;
    }
  }
}

function before(one, two) {
  return one[0] < two[0] || (one[0] === two[0] && one[1] < two[1]);
}

// What two papers or two concepts have in common, the most telling first: [{node, claims: [of one, of two]}].
export function common(model, one, two, allowed = () => true) {
  const own = new Map([...model.claims(one)].filter((claim) => allowed(claim)).map((claim) => [model.other(claim, one), claim]));
  return [...model.claims(two)]
    .map((claim) => ({ node: model.other(claim, two), claims: [own.get(model.other(claim, two)), claim] }))
    .filter(({ claims: [first, second] }) => first !== undefined && allowed(second))
    .sort((a, b) => model.degree[a.node] - model.degree[b.node] || a.node - b.node);
}

// Cosine of the papers' concepts weighted by rarity: [{node, score, shared: [concepts]}].
export function similar(model, paper, limit = 8) {
  const rarity = (concept) => Math.log(1 + model.P / (1 + model.degree[concept]));
  const shared = new Map();
  for (const claim of model.claims(paper)) {
    const concept = model.concept[claim];
    if (model.degree[concept] > Math.max(200, model.P / 5)) continue;
    for (const back of model.claims(concept)) {
      const other = model.paper[back];
      if (other === paper) continue;
      if (!shared.has(other)) shared.set(other, []);
      shared.get(other).push(concept);
    }
  }
  const length = (node) => Math.sqrt(sum(model.claims(node), (claim) => rarity(model.concept[claim]) ** 2)) || 1;
  const own = length(paper);
  return [...shared]
    .map(([node, concepts]) => ({ node, score: sum(concepts, (c) => rarity(c) ** 2) / own / length(node), shared: concepts.sort((a, b) => rarity(b) - rarity(a)) }))
    .sort((a, b) => b.score - a.score || a.node - b.node)
    .slice(0, limit);
}

// Concepts of the same papers, more often than chance: [{node, count}].
export function together(model, concept, limit = 10) {
  const counts = new Map();
  for (const claim of model.claims(concept)) {
    for (const other of model.claims(model.paper[claim])) {
      const node = model.concept[other];
      if (node !== concept) counts.set(node, (counts.get(node) ?? 0) + 1);
    }
  }
  const score = ([node, count]) => count * Math.log(1 + model.P / (1 + model.degree[node]));
  return [...counts]
    .filter(([, count]) => count > 1 || counts.size <= limit)
    .sort((a, b) => score(b) - score(a) || a[0] - b[0])
    .slice(0, limit)
    .map(([node, count]) => ({ node, count }));
}

function sum(items, value) {
  let total = 0;
  for (const item of items) total += value(item);
  return total;
}

// Places for a neighbourhood: rings around the seed, children in the sector of their parent; `stretch`: width over height.
export function rings(model, near, stretch = 1) {
  const children = new Map();
  for (const [node, from] of near.parent) children.set(from, [...(children.get(from) ?? []), node]);
  const leaves = new Map();
  const count = (node) => {
    const own = Math.max(1, sum(children.get(node) ?? [], count));
    leaves.set(node, own);
    return own;
  };
  const seed = near.nodes[0];
  count(seed);
  const wide = [0, 1, 2, 3].map((step) => near.nodes.filter((node) => near.level.get(node) === step).length);
  const reach = [0];
  for (let step = 1; step < 4; step++) reach.push(Math.max(reach[step - 1] + 120, (wide[step] * 34) / (2 * Math.PI)));
  const outer = reach[Math.max(...near.level.values())];
  // Inner rings keep pace with a wide outer one, or all its lines meet in a knot.
  const share = { 1: [0, 1], 2: [0, 0.5, 1], 3: [0, 0.36, 0.7, 1] }[Math.max(1, ...near.level.values())];
  share.forEach((part, step) => (reach[step] = Math.max(reach[step], part * outer)));
  const points = new Map([[seed, [0, 0]]]);
  const spread = (node, from, to) => {
    let at = from;
    const own = (children.get(node) ?? []).sort((a, b) => model.kind[a] - model.kind[b] || a - b);
    for (const child of own) {
      const part = ((to - from) * leaves.get(child)) / sum(own, (n) => leaves.get(n));
      const middle = at + part / 2;
      const radius = reach[near.level.get(child)] * (own.length > 8 && own.indexOf(child) % 2 ? 1.18 : 1);
      points.set(child, [stretch * radius * Math.cos(middle), radius * Math.sin(middle)]);
      spread(child, at, at + part);
      at += part;
    }
  };
  spread(seed, -Math.PI / 2, 1.5 * Math.PI);
  return { points, outer };
}
