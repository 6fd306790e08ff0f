// The explorer: builds the page, holds its state and keeps all parts in step.

import { Model, readPayload, readPyvis } from "./data.js";
import { h, icon, ICONS, name, plain, replace } from "./dom.js";
import { save, toBibtex, toCsv, toDrawing, toGexf, toPng, toSvg } from "./exports.js";
import { Facts } from "./facts.js";
import { EMPTY, findHubs, visible } from "./filters.js";
import { claimsAmong } from "./graph.js";
import { GraphView } from "./graphview.js";
import { Pane } from "./pane.js";
import { Index, searchBox } from "./search.js";
import { radius } from "./shapes.js";
import { Sidebar } from "./sidebar.js";
import { VisStage } from "./stage_vis.js";
import { read, readPlace, startWith, write, writePlace } from "./state.js";
import { S } from "./strings.js";
import { Table } from "./table.js";
import { lightTheme, readTheme, startTheme, switchTheme } from "./theme.js";

const THIN = 1200;
const PAPER = 5000;
const REST = 300;
const TELL = 4000;
const VIS_SHAPES = { Paper: "dot", Method: "square", Dataset: "triangle", Benchmark: "triangleDown", Task: "diamond", Metric: "hexagon" };

class App {
  constructor(model, pyvis) {
    Object.assign(this, { model, pyvis: { ...pyvis, shapes: VIS_SHAPES } });
    this.hubs = findHubs(model);
    this.shared = countShared(model);
    // Where no concept is shared, those of a single paper are all there is to see.
    if (!this.shared) startWith({ least: 1 });
    this.index = new Index(model);
    this.state = read(location.hash);
    this.trail = [];
    this.theme = readTheme();
    const links = { link: (node) => this.link(node), edgeLink: (claim) => this.edgeLink(claim), pathLink: (from, to) => this.href(this.pathPatch(from, to)), change: (patch) => this.change(patch) };
    const graph = {
      onselect: (node) => this.select(node),
      onopen: (node) => this.change({ sel: model.key(node), with: "", path: "", big: true }),
      onedge: (claim) => this.change(this.edgePatch(claim)),
      describe: (node) => `${S.type[model.typeName(node)]}: ${plain(model.label(node), 120)}`,
    };
    this.view = new GraphView(model, this.theme, { ...graph, onclear: () => this.close(), onmove: () => this.cameraMoved(), name: S.mapName, help: "map-help", regions: true });
    this.pane = new Pane(model, this.pyvis, { ...links, graph });
    this.facts = new Facts(model, links);
    this.table = new Table(model, links);
    const { wide, high } = extent(model);
    if (innerHeight > 1.5 * innerWidth && wide > 1.1 * high) model.turn();
    this.content = this.mapContent();
    this.build(links);
    this.startMap();
    this.listen();
    this.apply(null);
  }

  // --- page ---

  build(links) {
    const { model } = this;
    this.side = new Sidebar(model, this.index, this.hubs, links);
    this.counts = h("p", { class: "shown", role: "status", "aria-live": "polite" });
    this.trailBar = h("nav", { class: "trail", "aria-label": S.trail });
    this.panel = h("section", { class: "panel", "aria-label": S.selected, hidden: true });
    this.centre = h("main", { class: "centre", id: "centre" }, this.view.element, this.table.element, this.zoomBar(), h("div", { class: "foot" }, this.trailBar, this.counts));
    replace(
      document.getElementById("app"),
      h("button", { type: "button", class: "skip", onclick: () => this.view.element.focus() }, S.skip),
      this.header(),
      h("div", { class: "body" }, this.side.element, this.centre, this.panel),
      h("p", { id: "map-help", hidden: true }, S.mapHelp),
    );
  }

  header() {
    const { data } = this.model;
    const views = [["map", S.map], ["table", S.table]].map(([view, label]) => h("button", { type: "button", id: `view-${view}`, onclick: () => this.change({ view }) }, label));
    this.viewButtons = views;
    const tool = (id, label, path, onclick, more = {}) => h("button", { type: "button", id, class: "icon-button", "aria-label": label, title: label, onclick, ...more }, icon(path));
    this.filterButton = tool("filters", S.filters, ICONS.filters, () => this.toggleSide(), { "aria-expanded": "false", "aria-controls": "side" });
    return h(
      "header",
      { class: "top" },
      h("div", { class: "brand" }, h("h1", { title: data.title }, name(data.title)), h("p", { class: "about" }, `${S.about(this.model.P, this.shared, this.model.C)}. `, h("span", { class: "try" }, S.tryThis))),
      searchBox(this.index, { label: S.searchLabel, placeholder: S.search, id: "search", role: "search", onpick: (node, input) => ((input.value = ""), this.pick(node)) }),
      h(
        "div",
        { class: "tools" },
        h("div", { class: "segments", role: "group", "aria-label": S.views }, views),
        this.filterButton,
        tool("theme", S.theme, ICONS.theme, () => this.switchTheme()),
        tool("copy", S.copyLink, ICONS.link, () => this.copyLink()),
        this.downloads(),
      ),
    );
  }

  downloads() {
    const items = Object.entries(S.downloads).map(([kind, label]) => h("li", {}, h("button", { type: "button", id: `save-${kind}`, onclick: () => ((menu.open = false), this.download(kind)) }, label)));
    const menu = h("details", { class: "menu" }, h("summary", { id: "download", class: "icon-button", "aria-label": S.download, title: S.download }, icon(ICONS.download)), h("ul", {}, items));
    menu.addEventListener("focusout", (event) => menu.contains(event.relatedTarget) || (menu.open = false));
    menu.addEventListener("keydown", (event) => event.key === "Escape" && ((menu.open = false), menu.firstChild.focus(), event.stopPropagation()));
    return menu;
  }

  zoomBar() {
    const button = (id, label, path, onclick) => h("button", { type: "button", id, class: "icon-button", "aria-label": label, title: label, onclick }, icon(path));
    return h("div", { class: "zoom", role: "group", "aria-label": S.mapName }, button("zoom-in", S.zoomIn, ICONS.plus, () => this.view.zoomBy(1.5)), button("zoom-out", S.zoomOut, ICONS.minus, () => this.view.zoomBy(1 / 1.5)), button("fit", S.fit, ICONS.fit, () => this.view.fit(undefined, true)));
  }

  // --- map ---

  // What the map draws, and with what: pyvis' own nodes, or all of them with WebGL.
  mapContent() {
    const { model } = this;
    const order = Array.from({ length: model.N }, (_, node) => node).filter((node) => model.on[node]);
    order.sort((a, b) => weight(model, b) - weight(model, a) || a - b);
    const WebGL = globalThis.paperkgWebGL;
    const nodes = this.pyvis.nodes.map((node) => ({ ...node, x: model.x[node.id], y: model.y[node.id] }));
    if (nodes.length || !order.length) return { Stage: VisStage, engine: "vis", order, ...this.pyvis, nodes };
    if (WebGL && hasWebGL()) return { Stage: WebGL, engine: "sigma", order, nodes: order, edges: claimsAmong(model, order) };
    return { Stage: VisStage, engine: "vis", order, ...this.thinned(order) };
  }

  startMap() {
    const { Stage, engine, order } = this.content;
    this.view.start((host, hooks) => new Stage(host, this.content, { ...hooks, radius: (node) => radius(this.model, node) }), order);
    this.engine = engine;
    this.aim();
  }

  // Puts the camera where the address has it.
  aim() {
    const place = readPlace(this.state.at);
    if (place) this.view.look(this.model.toMap(place));
    else if (this.view.touched) this.view.fit();
  }

  // The camera's place at rest belongs to the view one is at: a new address, no step of the history.
  cameraMoved() {
    this.stirred = true;
    this.resting ??= setTimeout(() => this.rest(), REST);
  }

  // One timer for as long as it moves, not one per frame.
  rest() {
    this.resting = null;
    if (!this.stirred) return this.keepCamera();
    this.cameraMoved();
    this.stirred = false;
    return undefined;
  }

  keepCamera() {
    clearTimeout(this.resting);
    this.resting = null;
    const { view, model, state } = this;
    if (view.held) return this.cameraMoved();
    if (view.aim || !view.element.clientWidth) return undefined;
    const at = view.touched ? writePlace(model.toLayout(view.stage.camera())) : "";
    if (at === state.at) return undefined;
    this.state = { ...state, at };
    return this.tellAddress("replaceState");
  }

  // Without WebGL the most connected nodes, drawn by vis-network.
  thinned(order) {
    const kept = order.slice(0, THIN);
    this.model.thinned = kept.length;
    const nodes = kept.map((id) => ({ id, shape: VIS_SHAPES[this.model.typeName(id)], x: this.model.x[id], y: this.model.y[id] }));
    const edges = claimsAmong(this.model, kept).map((id) => ({ id, from: this.model.paper[id], to: this.model.concept[id] }));
    return { nodes, edges, options: this.pyvis.options };
  }

  // Concepts of a single paper join the map when they are unfolded first.
  unfold() {
    if (this.unfolded) return;
    this.unfolded = true;
    const { model } = this;
    const [nodes, edges] = [[], []];
    for (let node = model.P; node < model.N; node++) {
      if (model.on[node] || !model.degree[node]) continue;
      nodes.push({ id: node, shape: VIS_SHAPES[model.typeName(node)], x: model.x[node], y: model.y[node] });
      for (const claim of model.claims(node)) if (this.view.stage.has(model.paper[claim])) edges.push({ id: claim, from: model.paper[claim], to: node });
      this.view.order.push(node);
    }
    this.view.stage.extend(nodes, edges);
    this.view.stage.paint(this.theme);
    if (!this.shared && !this.view.touched) this.view.fit();
  }

  // --- state ---

  change(patch) {
    this.keepCamera();
    const before = this.state;
    this.state = { ...before, ...patch };
    if (write(this.state) === write(before)) return;
    this.view.aim = null;
    this.tellAddress("pushState");
    this.apply(before);
  }

  tellAddress(how) {
    const fragment = write(this.state);
    try {
      history[how](null, "", fragment ? `#${fragment}` : location.pathname + location.search + "#");
    } catch {
      // A frame without an address of its own (a notebook): the state lives on without one.
    }
  }

  // Found by search: its facts come next for the keyboard, and a phone's keyboard makes room for them.
  pick(node) {
    this.select(node, true);
    document.getElementById("facts-title")?.focus({ preventScroll: true });
  }

  select(node, show = false) {
    this.change({ sel: this.model.key(node), with: "", path: "" });
    if (show) this.reveal(node);
  }

  // A concept that is folded away is revealed by its first paper.
  reveal(wanted) {
    const node = this.view.stage.has(wanted) ? wanted : this.near?.nodes.find((other) => this.view.stage.has(other));
    if (this.state.view !== "map" || node === undefined) return;
    this.view.moved();
    const { x, y } = this.view.stage.place(node);
    this.view.stage.setCamera({ x, y, scale: Math.max(this.view.stage.scale(), Math.min(0.9, this.view.full * 3)) }, true);
  }

  close() {
    if (this.state.sel) this.change({ sel: "", with: "", path: "", big: false, near: false });
  }

  href(patch) {
    return `#${write({ ...this.state, ...patch, at: "" })}`;
  }

  link(node) {
    return this.href({ sel: this.model.key(node), with: "", path: "" });
  }

  edgePatch(claim) {
    return { sel: this.model.key(this.model.paper[claim]), with: this.model.key(this.model.concept[claim]), path: "" };
  }

  pathPatch(from, to) {
    return { sel: this.model.key(from), path: this.model.key(to), with: "" };
  }

  edgeLink(claim) {
    return this.href(this.edgePatch(claim));
  }

  // Brings every part in step with the state; `before` is the state so far, or null at first.
  apply(before) {
    const { state } = this;
    const changed = (...keys) => !before || keys.some((key) => String(before[key]) !== String(state[key]));
    const filtered = changed(...Object.keys(EMPTY));
    if (filtered) this.filter();
    const selected = changed("sel", "with", "path");
    if (selected || filtered || changed("depth", "big")) this.applySelection(selected && before !== null);
    if (changed("view")) this.applyView();
    if (state.view === "table") this.table.update(state, this.seen, this.near && new Set(this.near.nodes));
    document.title = this.main >= 0 ? `${plain(this.model.label(this.main), 60)} – ${plain(this.model.data.title, 60)}` : this.model.data.title;
  }

  filter() {
    if (this.state.least === 1) this.unfold();
    this.seen = visible(this.model, this.state, this.hubs);
    // A neighbourhood shows the concepts of a single paper, too.
    this.seenNear = this.state.least === 2 ? visible(this.model, { ...this.state, least: 1 }, this.hubs) : this.seen;
    this.view.show(this.seen);
    this.side.seen = () => this.seen;
    this.side.update(this.state, this.seen);
    this.tellCounts();
  }

  tellCounts() {
    clearTimeout(this.telling);
    const { papers, concepts, claims } = this.seen;
    this.counts.textContent = papers + concepts ? S.shown(papers, concepts, claims) : S.nothingShown;
  }

  applyView() {
    const table = this.state.view === "table";
    document.body.classList.toggle("as-table", table);
    this.viewButtons.forEach((button) => button.setAttribute("aria-pressed", String(button.id === `view-${this.state.view}`)));
    this.view.resize();
  }

  applySelection(moveFocus) {
    const { state, model } = this;
    this.main = state.sel ? model.find(state.sel) : -1;
    this.near = null;
    if (state.sel && this.main < 0) return this.showPanel([h("h2", { id: "facts-title", tabindex: "-1" }, S.unknown(plain(state.sel, 80)))], null);
    if (this.main < 0) return this.hidePanel();
    if (moveFocus) this.remember(this.main);
    const [partner, target] = [state.with ? model.find(state.with) : -1, state.path ? model.find(state.path) : -1];
    if (target >= 0) return this.showPath(target);
    this.near = this.pane.near(this.main, state.depth, this.seenNear);
    const claim = partner >= 0 ? model.claimBetween(this.main, partner) : -1;
    if (claim >= 0) this.view.light({ nodes: [this.main, partner], claims: [claim], main: this.main, strong: true });
    else this.view.light({ nodes: this.near.nodes, claims: claimsAmong(model, this.near.nodes, (c) => this.seenNear.claim[c]), main: this.main });
    this.showPanel(claim >= 0 ? this.facts.edge(claim) : this.facts.of(this.main), this.near);
    return this.closeUp();
  }

  // A narrow map is too small to make out a neighbourhood from afar.
  closeUp() {
    if (innerWidth > 600 || this.view.aim) return;
    requestAnimationFrame(() => (this.view.resize(), this.view.fit(this.view.lit?.nodes)));
  }

  showPath(target) {
    const { elements, nodes, claims } = this.facts.path(this.main, target, (claim) => this.seenNear.claim[claim]);
    this.showPanel(elements, null);
    this.view.light({ nodes, claims, main: this.main, strong: true });
    if (this.view.aim) return;
    // Once the panel has taken its room.
    requestAnimationFrame(() => (this.view.resize(), this.view.fit(nodes)));
  }

  showPanel(elements, near) {
    const { state } = this;
    const opened = this.panel.hidden;
    this.panel.hidden = false;
    document.body.classList.add("with-panel");
    const close = h("button", { type: "button", id: "close-panel", class: "icon-button close", "aria-label": S.close, title: S.close, onclick: () => (this.close(), this.view.element.focus()) }, icon(ICONS.close));
    const tools = near ? h("p", { class: "panel-tools" }, h("button", { type: "button", class: "button", id: "locate", onclick: () => (this.change({ view: "map", big: false }), this.reveal(this.main)) }, S.onMap), h("button", { type: "button", class: "button", id: "path-here", onclick: () => this.pathFromHere() }, S.pathHere)) : null;
    const body = h("div", { class: "facts", tabindex: "0", role: "group", "aria-labelledby": "facts-title" }, elements, tools);
    const focused = document.activeElement?.id;
    replace(this.panel, close, near && !state.big ? this.pane.element : null, body);
    document.body.classList.toggle("big-pane", Boolean(near && state.big));
    document.body.classList.toggle("has-pane", Boolean(near));
    if (near && state.big) this.centre.append(this.pane.element);
    if (near) this.pane.show(this.main, near, this.seenNear, state, this.theme);
    else this.pane.close(), this.pane.element.remove();
    this.drawTrail();
    if (focused && this.panel.contains(document.getElementById(focused))) document.getElementById(focused).focus();
    else if (!opened && document.activeElement === document.body) document.getElementById("facts-title")?.focus({ preventScroll: true });
  }

  hidePanel() {
    this.panel.hidden = true;
    replace(this.panel);
    this.pane.close();
    this.pane.element.remove();
    document.body.classList.remove("with-panel", "big-pane", "has-pane");
    this.view.light(null);
    this.drawTrail();
  }

  pathFromHere() {
    const finder = this.side.element.querySelector(".finder");
    finder.open = true;
    document.body.classList.add("side-open");
    const [from, to] = finder.querySelectorAll("input");
    this.side.startPath(this.main);
    from.value = plain(this.model.label(this.main), 60);
    to.focus();
  }

  remember(node) {
    if (this.trail.at(-1) !== node) this.trail.push(node);
    if (this.trail.length > 30) this.trail.shift();
  }

  drawTrail() {
    const last = this.trail.slice(-6);
    replace(this.trailBar, this.main >= 0 && last.length > 1 ? last.map((node) => h("a", { href: this.link(node), class: "crumb", "aria-current": node === this.main ? "page" : null }, name(plain(this.model.label(node), 26)))) : null);
  }

  // --- actions ---

  listen() {
    startTheme(() => this.repaint());
    const go = () => {
      const before = this.state;
      this.state = read(location.hash);
      if (write(before) === write(this.state)) return;
      if (before.at !== this.state.at) this.aim();
      this.apply(before);
      // A panel that comes and goes between two frames changes the room twice, and no observer tells.
      this.view.resize();
    };
    addEventListener("popstate", go);
    addEventListener("hashchange", go);
    addEventListener("beforeprint", () => this.print());
    document.addEventListener("click", (event) => this.follow(event));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  // Links within the page change the state themselves, for a notebook's frame has no address.
  follow(event) {
    const link = event.target.closest?.("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.change({ ...read(link.getAttribute("href")), at: this.state.at });
    this.panel.querySelector(".facts")?.scrollTo(0, 0);
    document.getElementById("facts-title")?.focus({ preventScroll: true });
  }

  key(event) {
    const typing = /^(input|textarea|select)$/i.test(event.target.tagName) && event.target.type !== "checkbox" && event.target.type !== "radio";
    if (event.key === "/" && !typing) {
      event.preventDefault();
      document.getElementById("search").focus();
    } else if (event.key === "Escape" && !typing) {
      document.body.classList.remove("side-open");
      this.filterButton.setAttribute("aria-expanded", "false");
      this.close();
    }
  }

  toggleSide() {
    const open = document.body.classList.toggle("side-open");
    this.filterButton.setAttribute("aria-expanded", String(open));
  }

  switchTheme() {
    switchTheme();
    this.repaint();
  }

  repaint() {
    this.theme = readTheme();
    this.view.paint(this.theme);
    this.pane.paint(this.theme);
  }

  // On paper: what is shown or selected as a drawing, in the light theme's colours.
  print() {
    const theme = { ...lightTheme(), bg: "#ffffff" };
    const { nodes, claims } = this.selection();
    this.view.putOnPaper(toDrawing(this.view, nodes.slice(0, PAPER), claims.slice(0, 4 * PAPER), theme));
    const pane = this.pane.view;
    if (pane?.stage) pane.putOnPaper(toDrawing(pane, pane.order, claimsAmong(this.model, pane.order), theme));
  }

  async copyLink() {
    // Told in the place of the counts, for a while.
    const say = (text) => {
      this.counts.textContent = text;
      clearTimeout(this.telling);
      this.telling = setTimeout(() => this.tellCounts(), TELL);
    };
    this.keepCamera();
    try {
      await navigator.clipboard.writeText(location.href);
      say(S.copied);
    } catch {
      say(S.notCopied);
    }
  }

  // What a download holds: the neighbourhood or path in focus, else all that is shown.
  selection() {
    const lit = this.view.lit;
    if (lit) return { nodes: lit.nodes, claims: lit.claims };
    const nodes = this.view.order.filter((node) => this.seen.node[node]);
    return { nodes, claims: claimsAmong(this.model, nodes, (claim) => this.seen.claim[claim]) };
  }

  async download(kind) {
    const stem = fileStem(this.model.data.title);
    this.table.update(this.state, this.seen, this.near && new Set(this.near.nodes));
    const { nodes, claims } = this.selection();
    if (kind === "csv") save(`${stem}.csv`, `\ufeff${toCsv(this.table.records())}`, "text/csv");
    if (kind === "json") save(`${stem}.json`, `${JSON.stringify(this.table.records(), null, 1)}\n`, "application/json");
    if (kind === "bib") save(`${stem}.bib`, toBibtex(this.model, this.table.rows("papers")), "text/plain");
    if (kind === "gexf") save(`${stem}.gexf`, toGexf(this.model, nodes, claims, this.theme), "application/xml");
    if (kind === "svg") save(`${stem}.svg`, toSvg(this.view, nodes, claims), "image/svg+xml");
    if (kind === "png") save(`${stem}.png`, await toPng(this.view, nodes, claims), "image/png");
  }
}

function weight(model, node) {
  if (model.isPaper(node)) return Math.min(0.9, model.degree[node] / 100);
  return model.degree[node] * (model.typeName(node) === "Metric" ? 0.4 : 1);
}

function countShared(model) {
  let shared = 0;
  for (let node = model.P; node < model.N; node++) shared += model.degree[node] > 1;
  return shared;
}

// How wide and how high the map is.
function extent(model) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let node = 0; node < model.N; node++) {
    if (!model.on[node]) continue;
    [left, right] = [Math.min(left, model.x[node]), Math.max(right, model.x[node])];
    [top, bottom] = [Math.min(top, model.y[node]), Math.max(bottom, model.y[node])];
  }
  return { wide: right - left, high: bottom - top };
}

function hasWebGL() {
  try {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
  } catch {
    return false;
  }
}

function fileStem(title) {
  return title.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60).toLowerCase() || "graph";
}

async function start() {
  const host = document.getElementById("app");
  replace(host, h("p", { class: "waiting", role: "status" }, S.reading));
  let model;
  try {
    model = new Model(await readPayload());
  } catch (error) {
    replace(host, h("p", { class: "waiting", role: "alert" }, S.broken));
    throw error;
  }
  globalThis.paperkg = new App(model, readPyvis());
  document.documentElement.dataset.ready = "1";
}

start();
