// Oxigraph in a worker: loads the graph once, then answers one query at a time.
import init, { Store, namedNode } from "oxigraph/web.js";

const ONTOLOGY = "https://w3id.org/paperkg/ontology";
const ROWS = ["application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"];
const GRAPHS = ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"];
let store;

async function load({ wasm, data, ontology }) {
  await init({ module_or_path: wasm });
  store = new Store();
  store.load(new Uint8Array(data), { format: "application/n-triples", no_transaction: true, lenient: true });
  const size = store.size;
  const to_graph_name = namedNode(ONTOLOGY);
  if (ontology.byteLength) store.load(new Uint8Array(ontology), { format: "text/turtle", to_graph_name });
  return { size };
}

function choose(accept, offers) {
  const asked = accept.toLowerCase().split(",").map((part) => part.split(";")[0].trim());
  return asked.find((media) => offers.includes(media)) ?? offers[0];
}

// Known prefixes need no declaring; they go on one line before the query.
function prologue(query, prefixes) {
  const missing = Object.entries(prefixes).filter(([prefix]) => {
    const declared = new RegExp(`prefix\\s+${prefix}\\s*:`, "i");
    return query.includes(`${prefix}:`) && !declared.test(query);
  });
  return missing.map(([prefix, iri]) => `PREFIX ${prefix}: <${iri}>`).join(" ") + "\n";
}

function isGraph(query) {
  const bare = query.replace(/<[^>\s]*>|"[^"\n]*"|'[^'\n]*'|#[^\n]*/g, " ");
  const form = /\b(select|ask|construct|describe)\b/i.exec(bare)?.[1].toLowerCase();
  return form === "construct" || form === "describe";
}

function answer({ query, accept, prefixes }) {
  const media = choose(accept, isGraph(query) ? GRAPHS : ROWS);
  try {
    const body = store.query(prologue(query, prefixes) + query, { results_format: media });
    return { body, media };
  } catch (error) {
    const text = String(error.message ?? error);
    return { error: text.replace(/error at (\d+):(\d+)/, (_, line, column) => `line ${line - 1}, column ${column}`) };
  }
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(data.wasm ? await load(data) : answer(data));
  } catch (error) {
    self.postMessage({ error: String(error.message ?? error) });
  }
};
