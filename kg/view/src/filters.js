// What is shown, and how many there would be: facets over papers, concepts and claims.

export const EMPTY = { type: [], role: [], year: [], venue: [], region: [], least: 2, conf: 0, hubs: false };
export const LEAST = [1, 2, 3, 5, 10, 20, 50];
export const SURE = [0, 50, 70, 90];

export function isEmpty(filters) {
  return Object.keys(EMPTY).every((key) => String(filters[key]) === String(EMPTY[key]));
}

// Concepts of so many papers that they tell little: 14 of 74 papers, 88 of 1,000, 440 of 10,000.
export function findHubs(model) {
  const enough = Math.max(8, 0.7 * model.P ** 0.7);
  const found = [];
  for (let node = model.P; node < model.N; node++) if (model.degree[node] >= enough) found.push(node);
  return found.sort((a, b) => model.degree[b] - model.degree[a]);
}

// {node: Uint8Array, claim: Uint8Array, papers, concepts, claims} of what passes.
export function visible(model, filters, hubs) {
  const node = new Uint8Array(model.N);
  const claim = new Uint8Array(model.M);
  const fits = nodeTest(model, filters, hubs);
  const roles = new Set(filters.role);
  for (let c = 0; c < model.M; c++) {
    if (roles.size && !roles.has(model.role[c])) continue;
    if (model.conf[c] < filters.conf || !fits[model.paper[c]] || !fits[model.concept[c]]) continue;
    claim[c] = node[model.paper[c]] = node[model.concept[c]] = 1;
  }
  const bare = !filters.type.length && !roles.size && !filters.conf && filters.least <= 2;
  if (bare) for (let paper = 0; paper < model.P; paper++) node[paper] = fits[paper];
  return { node, claim, ...tally(model, node, claim) };
}

function nodeTest(model, filters, hubs) {
  const fits = new Uint8Array(model.N);
  const [years, venues, regions, types] = ["year", "venue", "region", "type"].map((key) => new Set(filters[key]));
  for (let p = 0; p < model.P; p++) {
    fits[p] =
      (!years.size || years.has(model.year[p])) &&
      (!venues.size || venues.has(model.venue[p])) &&
      (!regions.size || regions.has(model.region[p]));
  }
  for (let c = model.P; c < model.N; c++) {
    fits[c] = model.degree[c] >= filters.least && (!types.size || types.has(model.kind[c]));
  }
  if (filters.hubs) for (const hub of hubs) fits[hub] = 0;
  return fits;
}

function tally(model, node, claim) {
  let [papers, concepts, claims] = [0, 0, 0];
  for (let p = 0; p < model.P; p++) papers += node[p];
  for (let c = model.P; c < model.N; c++) concepts += node[c];
  for (let c = 0; c < model.M; c++) claims += claim[c];
  return { papers, concepts, claims };
}

// value -> count for one facet, given all the others.
export function count(model, filters, hubs, facet) {
  const seen = visible(model, { ...filters, [facet]: EMPTY[facet], ...(facet === "least" ? { least: 1 } : {}) }, hubs);
  const counts = new Map();
  const bump = (value) => counts.set(value, (counts.get(value) ?? 0) + 1);
  COUNTERS[facet](model, seen, bump);
  return counts;
}

const eachPaper = (column) => (model, seen, bump) => {
  for (let p = 0; p < model.P; p++) if (seen.node[p]) bump(model[column][p]);
};

const COUNTERS = {
  year: eachPaper("year"),
  venue: eachPaper("venue"),
  region: eachPaper("region"),
  type: (model, seen, bump) => {
    for (let c = model.P; c < model.N; c++) if (seen.node[c]) bump(model.kind[c]);
  },
  role: (model, seen, bump) => {
    for (let c = 0; c < model.M; c++) if (seen.claim[c]) bump(model.role[c]);
  },
  least: (model, seen, bump) => {
    for (let c = model.P; c < model.N; c++) {
      if (seen.node[c]) for (const least of LEAST) if (model.degree[c] >= least) bump(least);
    }
  },
  conf: (model, seen, bump) => {
    for (let c = 0; c < model.M; c++) {
      if (seen.claim[c]) for (const sure of SURE) if (model.conf[c] >= sure) bump(sure);
    }
  },
};
