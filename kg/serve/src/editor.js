// The query editor: YASGUI with our terms, our prefixes and our questions.
// On a server it asks the endpoint; in the serverless page a worker answers (local.js).
import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";
import "./editor.css";
import { answerLocally } from "./local.js";

const config = JSON.parse(document.getElementById("config").textContent);
const endpoint = config.local ? "https://local.invalid/sparql" : new URL(config.endpoint, location.href).href;
const LIMIT = 200;

function matching(kind) {
  return (_yasqe, token) => {
    const typed = token?.autocompletionString ?? token?.string ?? "";
    const found = config.terms.filter((term) => term.kind === kind).map((term) => expand(term.name));
    return found.filter((iri) => iri.startsWith(typed)).slice(0, LIMIT);
  };
}

function expand(name) {
  const colon = name.indexOf(":");
  const start = config.prefixes[name.slice(0, colon)];
  return start === undefined ? name : start + name.slice(colon + 1);
}

// YASQE's own completers ask prefix.cc and LOV: theirs are left out, ours are offered.
const { Yasqe, Yasr } = Yasgui;
Yasqe.defaults.prefixCcApi = null;
// Tab leaves the query as it leaves any field; lines are indented as they are written.
Yasqe.defaults.extraKeys = { ...Yasqe.defaults.extraKeys, Tab: false, "Shift-Tab": false };
Yasqe.defaults.autocompleters = ["variables"];
Yasqe.forkAutocompleter("prefixes", {
  name: "our-prefixes",
  persistenceId: null,
  get: () => Object.entries(config.prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`).sort(),
});
for (const kind of ["class", "property"]) {
  Yasqe.forkAutocompleter(kind, { name: `our-${kind}`, autoShow: true, get: matching(kind) });
}
Yasr.defaults.prefixes = config.prefixes;
// Bare numbers and texts rather than "13"^^xsd:integer.
Yasr.defaults.plugins.table = { ...Yasr.defaults.plugins.table, dynamicConfig: { compact: true } };

if (config.local) answerLocally(endpoint, config);

const first = config.examples.find((one) => one.name === config.start) ?? config.examples[0];
const start = first?.query ?? "SELECT * WHERE { ?s ?p ?o } LIMIT 10";
const editor = document.getElementById("editor");
const yasgui = new Yasgui(editor, {
  requestConfig: { endpoint, method: "POST" },
  copyEndpointOnNewTab: false,
  autofocus: false, // the keyboard begins at the top of the page
  persistenceId: config.local ? null : `paperkg ${endpoint}`,
  yasqe: { value: start, autocompleters: Yasqe.defaults.autocompleters, persistenceId: null, createShortLink: undefined, autofocus: false },
  yasr: { prefixes: config.prefixes, persistenceId: null },
  // A link may bring a query, never another endpoint.
  populateFromUrl: (tab) => ({ ...tab, requestConfig: { ...tab.requestConfig, endpoint, headers: {}, args: [] } }),
});

function currentTab() {
  return yasgui.getTab() ?? yasgui.addTab(true);
}

for (const tab of Object.values(yasgui._tabs ?? {})) tab.setEndpoint(endpoint);
if (!location.hash.includes("query=") && !currentTab().getQuery().trim()) currentTab().setQuery(start);

function showExamples() {
  const place = document.getElementById("examples");
  const label = document.createElement("label");
  label.htmlFor = "example";
  label.textContent = "A question to start from";
  const select = document.createElement("select");
  select.id = "example";
  select.append(new Option("choose …", ""));
  for (const example of config.examples) select.append(new Option(example.title, example.name));
  const words = document.createElement("p");
  words.id = "question";
  words.setAttribute("aria-live", "polite");
  select.addEventListener("change", () => {
    const example = config.examples.find((one) => one.name === select.value);
    if (!example) return;
    words.textContent = example.question;
    currentTab().setQuery(example.query);
    run();
  });
  place.append(label, select, words);
  // What the editor opens with: a question is named, and the one to start with answered.
  const shown = config.examples.find((one) => one.query.trim() === currentTab().getQuery().trim());
  if (!shown) return;
  select.value = shown.name;
  words.textContent = shown.question;
  if (shown === first) run();
}

function run() {
  currentTab().query().catch(() => undefined); // the result pane shows what went wrong
}

// Resources of this graph are described here, wherever their IRIs point.
if (config.resources) {
  editor.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.iri");
    if (!link?.href.startsWith(config.base)) return;
    event.preventDefault();
    window.open(config.resources + link.href.slice(config.base.length), "_blank", "noopener");
  });
}

// YASGUI leaves two of its controls without a name.
function nameControls(root) {
  for (const area of root.querySelectorAll(".yasqe textarea")) area.ariaLabel = "The query, in SPARQL";
  for (const select of root.querySelectorAll(".tableSizer")) select.ariaLabel = "Rows on a page";
}

new MutationObserver(() => nameControls(editor)).observe(editor, { childList: true, subtree: true });
nameControls(editor);
showExamples();
window.paperkg = { yasgui, currentTab };
document.documentElement.dataset.ready = "1";
