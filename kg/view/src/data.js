// The page's data: reading it, and the graph as arrays.

const KINDS = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, int8: Int8Array, int16: Int16Array, int32: Int32Array };

export async function readPayload() {
  const element = document.getElementById("data");
  if (element.dataset.encoding === "json") return JSON.parse(element.textContent);
  const packed = new Blob([bytes(element.textContent)]);
  return new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

export function readPyvis() {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  return { nodes: read("pyvis-nodes"), edges: read("pyvis-edges"), options: JSON.parse(read("pyvis-options")) };
}

function bytes(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const out = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) out[at] = text.charCodeAt(at);
  return out;
}

function unpack(column) {
  return new KINDS[column.t](bytes(column.b).buffer);
}

// Papers are nodes 0 to P-1, concepts P to N-1; a claim joins a paper and a concept.
export class Model {
  constructor(data) {
    this.data = data;
    this.types = ["Paper", ...data.tables.types];
    this.roles = data.tables.roles;
    this.P = data.papers.id.length;
    this.C = data.concepts.id.length;
    this.N = this.P + this.C;
    this.readNodes();
    this.readClaims();
    this.readBroader();
    this.placeSingles();
  }

  readNodes() {
    const { papers, concepts } = this.data;
    const types = unpack(concepts.type);
    const join = (Kind, one, two) => {
      const all = new Kind(this.N);
      all.set(one);
      all.set(two, this.P);
      return all;
    };
    this.kind = join(Uint8Array, new Uint8Array(this.P), types.map((type) => type + 1));
    this.on = join(Uint8Array, new Uint8Array(this.P).fill(1), unpack(concepts.on));
    this.region = join(Uint8Array, unpack(papers.region), unpack(concepts.region));
    this.x = join(Float32Array, unpack(papers.x), unpack(concepts.x)).map((tenths) => tenths / 10);
    this.y = join(Float32Array, unpack(papers.y), unpack(concepts.y)).map((tenths) => tenths / 10);
    this.year = unpack(papers.year);
    this.venue = unpack(papers.venue);
  }

  // A quarter turn, for a map that is wider than high on a screen that is higher than wide.
  turn() {
    this.turned = true;
    [this.x, this.y] = [this.y.map((y) => -y), this.x];
  }

  // A place on the map from one in the layout's own units, and back: the same unless turned.
  toMap({ x, y, ...rest }) {
    return this.turned ? { x: -y, y: x, ...rest } : { x, y, ...rest };
  }

  toLayout({ x, y, ...rest }) {
    return this.turned ? { x: y, y: -x, ...rest } : { x, y, ...rest };
  }

  readClaims() {
    const { claims, mentions } = this.data;
    this.paper = unpack(claims.paper);
    this.concept = Uint32Array.from(unpack(claims.concept), (at) => at + this.P);
    this.role = unpack(claims.role);
    this.conf = unpack(claims.confidence);
    this.M = this.paper.length;
    this.mention = Object.fromEntries(Object.entries(mentions).map(([key, column]) => [key, unpack(column)]));
    this.firstMention = sums(unpack(claims.mentions));
    this.readNeighbours();
  }

  // start[n] to start[n + 1] in `claimsOf` are the claims of node n.
  readNeighbours() {
    const degree = new Uint32Array(this.N);
    for (let c = 0; c < this.M; c++) {
      degree[this.paper[c]]++;
      degree[this.concept[c]]++;
    }
    this.degree = degree;
    this.start = sums(degree);
    this.claimList = new Uint32Array(2 * this.M);
    const next = this.start.slice();
    for (let c = 0; c < this.M; c++) {
      this.claimList[next[this.paper[c]]++] = c;
      this.claimList[next[this.concept[c]]++] = c;
    }
  }

  readBroader() {
    this.narrower = new Map();
    for (const [at, steps] of Object.entries(this.data.concepts.broader)) {
      for (const [to] of steps) {
        if (!this.narrower.has(to)) this.narrower.set(to, []);
        this.narrower.get(to).push(Number(at));
      }
    }
  }

  // A concept without a place of its own stands beside its first paper; where none has one, that takes room.
  placeSingles() {
    const used = new Uint16Array(this.P);
    const alone = !this.on.subarray(this.P).includes(1);
    const [inner, step, apart] = alone ? [60, 22, 3] : [20, 3, 1];
    for (let paper = 0; paper < this.P; paper++) [this.x[paper], this.y[paper]] = [apart * this.x[paper], apart * this.y[paper]];
    for (let node = this.P; node < this.N; node++) {
      if (this.on[node] || !this.degree[node]) continue;
      const paper = this.paper[this.claimList[this.start[node]]];
      const angle = used[paper]++ * 2.4 + paper;
      const reach = inner + step * Math.sqrt(used[paper]);
      this.x[node] = this.x[paper] + reach * Math.cos(angle);
      this.y[node] = this.y[paper] + reach * Math.sin(angle);
      this.region[node] = this.region[paper];
    }
  }

  claims(node) {
    return this.claimList.subarray(this.start[node], this.start[node + 1]);
  }

  other(claim, node) {
    return this.paper[claim] === node ? this.concept[claim] : this.paper[claim];
  }

  claimBetween(one, two) {
    return this.claims(one).find((claim) => this.other(claim, one) === two) ?? -1;
  }

  isPaper(node) {
    return node < this.P;
  }

  typeName(node) {
    return this.types[this.kind[node]];
  }

  label(node) {
    return this.isPaper(node) ? this.data.papers.title[node] : this.data.concepts.label[node - this.P];
  }

  aliases(node) {
    return this.isPaper(node) ? [] : this.data.concepts.aliases[node - this.P] ?? [];
  }

  key(node) {
    return this.isPaper(node) ? `paper/${this.data.papers.id[node]}` : this.data.concepts.id[node - this.P];
  }

  find(key) {
    if (!this.keys) this.keys = new Map(Array.from({ length: this.N }, (_, node) => [this.key(node), node]));
    return this.keys.get(key) ?? -1;
  }

  venueName(paper) {
    return this.venue[paper] ? this.data.tables.venues[this.venue[paper] - 1] : "";
  }

  regionName(node) {
    return this.region[node] ? this.data.regions[this.region[node] - 1].label : "";
  }

  // [[offset, sentence], ...] of what the page carries of an abstract.
  pieces(paper) {
    const flat = this.data.papers.text[paper] ?? [];
    return Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at], flat[2 * at + 1]]);
  }

  // The mentions of a claim: {field: 0 title or 1 abstract, start, end, role, confidence, claim}.
  mentions(claim) {
    const { field, start, length, role, confidence } = this.mention;
    const found = [];
    for (let at = this.firstMention[claim]; at < this.firstMention[claim + 1]; at++) {
      found.push({ field: field[at], start: start[at], end: start[at] + length[at], role: role[at], confidence: confidence[at], claim });
    }
    return found;
  }

  // The sentences that support a claim: [{title: bool, offset, text, mentions}].
  evidence(claim) {
    const paper = this.paper[claim];
    const found = this.mentions(claim);
    const title = { title: true, offset: 0, text: this.label(paper), mentions: found.filter((m) => !m.field) };
    const rest = found.filter((m) => m.field);
    const sentences = this.pieces(paper).map(([offset, text]) => ({
      title: false,
      offset,
      text,
      mentions: rest.filter((m) => m.start < offset + text.length && m.end > offset),
    }));
    return [...sentences, title].filter((sentence) => sentence.mentions.length);
  }
}

function sums(counts) {
  const out = new Uint32Array(counts.length + 1);
  for (let at = 0; at < counts.length; at++) out[at + 1] = out[at] + counts[at];
  return out;
}
