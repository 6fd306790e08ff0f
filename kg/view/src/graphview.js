// A graph on screen: a stage for nodes and edges, regions below it, labels and highlights above.

import { h, plain, replace } from "./dom.js";
import { trace } from "./shapes.js";
import { regionInk, regionTint } from "./theme.js";

const HALO = 3.5;
const ORIGIN = { x: 0, y: 0 };
const MOST_SHAPES = 350;
const MOST_LINES = 3;
// On a map of so few nodes papers are named at once.
const FEW = 60;

export class GraphView {
  // `options`: name, help, regions (bool), onselect(node), onopen(node), onedge(claim), onclear(), onmove().
  constructor(model, theme, options) {
    Object.assign(this, { model, theme, options });
    this.below = h("canvas", { class: "layer", "aria-hidden": "true" });
    this.host = h("div", { class: "stage" });
    this.above = h("canvas", { class: "layer above", "aria-hidden": "true" });
    this.paper = h("div", { class: "paper", "aria-hidden": "true" });
    this.live = h("div", { class: "quiet", role: "status", "aria-live": "polite" });
    this.element = h(
      "div",
      { class: "graph", tabindex: "0", role: "application", "aria-label": options.name, "aria-describedby": options.help },
      this.below, this.host, this.above, this.paper, this.live,
    );
    this.visible = null;
    this.lit = null;
    this.hover = -1;
    this.cursor = -1;
    this.widths = new Map();
    this.pending = false;
    this.listen();
  }

  // A canvas does not print reliably, and WebGL keeps no picture: paper gets a drawing.
  putOnPaper(drawing) {
    replace(this.paper, drawing);
  }

  // `make(host, hooks)` returns the stage; `order` lists the nodes, most telling first;
  // `claims` the lines on it, where they are not simply all that are shown.
  start(make, order, claims = null) {
    this.order = order;
    this.claims = claims;
    this.stage = make(this.host, { model: this.model, theme: this.theme, onview: () => this.follow() });
    this.full = this.stage.scale();
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.element);
    this.schedule();
  }

  resize() {
    const change = this.measureRoom();
    if (change === null) return;
    if (this.aim) this.stage.setCamera(this.aim);
    else if (change > 40 && !this.touched) this.fit();
    this.schedule();
  }

  // Takes the room anew; returns by how much its width changed, null if it is what it was.
  measureRoom() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || (width === this.width && height === this.height)) return null;
    const change = this.width ? Math.abs(width - this.width) : Infinity;
    [this.width, this.height] = [width, height];
    this.stage.resize();
    return change;
  }

  // All of it, or some nodes.  A view of all of it stays one when the window's size changes.
  // A panel that opened or closed since the last frame has changed the room unobserved.
  fit(nodes, animate = false) {
    this.measureRoom();
    const scale = this.stage.fit(nodes, animate);
    this.moved(Boolean(nodes));
    if (!nodes && scale) this.full = scale;
    this.schedule();
  }

  // The camera is where someone put it (or, `touched` false, shows all again).
  moved(touched = true) {
    this.touched = touched;
    this.aim = null;
  }

  // Puts the camera where an address has it, and holds it there until someone moves it.
  look(camera) {
    this.measureRoom();
    this.stage.setCamera(camera);
    this.touched = true;
    this.aim = camera;
    this.schedule();
  }

  zoomBy(factor) {
    this.moved();
    this.stage.zoomBy(factor);
  }

  panBy(dx, dy) {
    this.moved();
    this.stage.panBy(dx, dy);
  }

  show(visible) {
    this.visible = visible;
    this.stage.show(visible);
    this.centres = null;
    this.schedule();
  }

  // `lit`: {nodes: [...], claims: [...], main: node or -1}, or null for none; the rest is dimmed.
  light(lit) {
    this.lit = lit && { ...lit, set: new Set(lit.nodes) };
    this.element.classList.toggle("dimmed", Boolean(lit));
    this.schedule();
  }

  paint(theme) {
    this.theme = theme;
    this.stage.paint(theme);
    this.schedule();
  }

  destroy() {
    this.resizer.disconnect();
    this.stage.destroy();
    this.stage = null;
  }

  shows(node) {
    return this.stage.has(node) && (!this.visible || this.visible.node[node]);
  }

  // --- drawing ---

  // The camera moved. A pan shifts what is drawn; it is drawn anew at rest or when far off.
  follow() {
    this.options.onmove?.();
    const last = this.drawn;
    if (!last || !this.stage || this.pending || this.stage.moving) return this.schedule();
    const [x, y] = this.stage.toScreen(ORIGIN);
    const [dx, dy] = [x - last.x, y - last.y];
    if (Math.abs(this.stage.scale() / last.scale - 1) > 1e-6 || Math.abs(dx) > 160 || Math.abs(dy) > 160) return this.schedule();
    if (!dx && !dy) return undefined;
    this.shift(dx, dy);
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.schedule(), 90);
    return undefined;
  }

  shift(dx, dy) {
    const move = dx || dy ? `translate(${dx}px, ${dy}px)` : "";
    this.above.style.transform = move;
    this.below.style.transform = move;
  }

  schedule() {
    if (this.pending || !this.stage) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.draw();
    });
  }

  draw() {
    if (!this.stage || !this.element.clientWidth) return;
    const [x, y] = this.stage.toScreen(ORIGIN);
    this.drawn = { x, y, scale: this.stage.scale() };
    this.shift(0, 0);
    const context = this.clear(this.above);
    const boxes = [];
    if (this.options.regions) this.drawRegions(this.clear(this.below), context, boxes);
    if (this.lit) this.drawLit(context);
    this.drawMarks(context);
    this.drawLabels(context, boxes);
  }

  clear(canvas) {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  // What all is about: the selected node, or the pane's own.
  home() {
    return this.lit?.main ?? this.options.home ?? -1;
  }

  zoom() {
    return this.stage.scale() / this.full;
  }

  drawRegions(below, above, boxes) {
    this.centres ??= regionShapes(this.model, (node) => this.shows(node));
    const strength = this.lit ? 0.35 : 1;
    const fade = strength * Math.max(0, Math.min(1, (6 - this.zoom()) / 3));
    const margin = 16 + 14 * Math.min(1, this.stage.scale());
    const hulls = this.centres.map((region) => region.hull.map((point) => this.stage.toScreen(point)));
    this.centres.forEach((region, at) => {
      blob(below, hulls[at], margin);
      below.fillStyle = regionTint(region.number, this.theme.dark, strength);
      below.fill();
    });
    if (fade <= 0.3) return;
    const shapes = this.findShapes(this.order, 1);
    this.centres.forEach((region, at) => {
      const others = hulls.filter((hull) => hull !== hulls[at]);
      // A title has to be nearer to its own region than to any other.
      const taken = (spot, gap) => outsideOf(spot, this.element) || boxes.some((box) => overlap(box, spot)) || others.some((hull) => meets(hull, spot, gap + 10));
      this.regionLabel(above, region, hulls[at], { taken, shapes, boxes }, fade);
    });
  }

  // Regions come by size: the title of a smaller one is left out where there is no room for it.
  regionLabel(context, region, hull, { taken, shapes, boxes }, alpha) {
    const narrow = Math.max(0.8, Math.min(1, this.element.clientWidth / 800));
    const size = Math.round(Math.min(21, 12.5 + 1.1 * Math.sqrt(region.share * 100)) * narrow);
    const names = this.model.data.regions[region.number - 1].label.split(" · ").map((line) => plain(line, 30));
    context.font = `italic 600 ${size}px ${this.theme.serif}`;
    // All of the name, or where that has no room, its first half.
    for (const lines of names.length > 1 ? [names, names.slice(0, 1)] : [names]) {
      const width = Math.max(...lines.map((line) => this.measure(context, line))) + 12;
      const high = size * 1.15 * lines.length + 6;
      const box = clearest(titleSpots(hull, this.stage.toScreen(region), width, high), taken, shapes);
      if (!box) continue;
      boxes.push(box);
      context.textAlign = "center";
      context.textBaseline = "middle";
      lines.forEach((line, at) => {
        const dy = (at - (lines.length - 1) / 2) * size * 1.15;
        this.text(context, line, box[0] + width / 2, box[1] + high / 2 + dy, regionInk(region.number, this.theme.dark, alpha), alpha, 4.5);
      });
      return;
    }
  }

  text(context, text, x, y, ink, alpha = 1, halo = HALO) {
    context.lineJoin = "round";
    context.globalAlpha = alpha;
    context.strokeStyle = this.theme.bg;
    context.lineWidth = halo;
    context.strokeText(text, x, y);
    context.fillStyle = ink;
    context.fillText(text, x, y);
    context.globalAlpha = 1;
  }

  drawLit(context) {
    const { stage } = this;
    context.lineWidth = this.lit.strong ? 2.4 : 1.2;
    context.strokeStyle = this.lit.strong ? this.theme.accent : this.theme.muted;
    context.globalAlpha = this.lit.strong ? 0.9 : 0.55;
    this.drawLines(context, this.lit.claims, context.strokeStyle);
    context.globalAlpha = 1;
    for (const node of this.lit.nodes) if (stage.has(node)) this.drawNode(context, node);
  }

  drawLines(context, claims, colour) {
    const { model, stage } = this;
    context.strokeStyle = colour;
    context.beginPath();
    for (const claim of claims) {
      if (!stage.has(model.paper[claim]) || !stage.has(model.concept[claim])) continue;
      context.moveTo(...stage.project(model.paper[claim]));
      context.lineTo(...stage.project(model.concept[claim]));
    }
    context.stroke();
  }

  drawNode(context, node, grow = 0) {
    const [x, y] = this.stage.project(node);
    const type = this.model.typeName(node);
    trace(context, type, x, y, Math.max(3, this.stage.radius(node)) + grow);
    context.fillStyle = this.theme[type];
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = this.theme.bg;
    context.stroke();
  }

  // A ring around what is selected, under the pointer or under the keyboard's cursor.
  drawMarks(context) {
    for (const [node, width] of [[this.home(), 2.5], [this.hover, 1.5], [this.cursor, 2.5]]) {
      if (node < 0 || !this.stage.has(node)) continue;
      this.drawNode(context, node, 1);
      const [x, y] = this.stage.project(node);
      trace(context, this.model.typeName(node), x, y, Math.max(3, this.stage.radius(node)) + 4.5);
      context.lineWidth = width;
      context.strokeStyle = this.theme.accent;
      context.stroke();
    }
  }

  drawLabels(context, boxes) {
    const zoom = this.zoom();
    const first = [this.hover, this.cursor, this.home(), ...(this.lit?.strong ? this.lit.nodes : [])].filter((node) => node >= 0 && this.stage.has(node));
    const pool = this.lit ? this.lit.nodes : this.order;
    const room = (this.element.clientWidth * this.element.clientHeight) / 11000;
    const most = this.lit || this.options.every ? 120 : Math.min(room, 16 + room * 0.25 * zoom ** 1.3);
    let placed = 0;
    this.obstacles = this.findShapes(pool, 2.5);
    for (const node of new Set(first)) this.label(context, node, boxes, true);
    for (const node of pool) {
      if (placed >= most) break;
      if (first.includes(node) || !this.shows(node) || !this.wants(node, zoom)) continue;
      if (this.label(context, node, boxes, false, placed)) placed++;
    }
  }

  // Shapes that a label should not cover: the most telling ones in sight, none smaller than `least`.
  findShapes(pool, least) {
    const { clientWidth: width, clientHeight: height } = this.element;
    const found = [];
    for (const node of pool) {
      if (found.length >= MOST_SHAPES) break;
      if (!this.shows(node)) continue;
      const [x, y] = this.stage.project(node);
      const r = this.stage.radius(node);
      if (r > least && x > 0 && y > 0 && x < width && y < height) found.push([x - r, y - r, 2 * r, 2 * r, node]);
    }
    return found;
  }

  // Papers speak up only when there is room: titles are long.
  wants(node, zoom) {
    if (this.lit || this.options.every || !this.model.isPaper(node) || this.order.length <= FEW) return true;
    return this.stage.scale() > 0.9 && zoom > 1.6;
  }

  label(context, node, boxes, strong, rank = 0) {
    const [x, y] = this.stage.project(node);
    const { clientWidth: width, clientHeight: height } = this.element;
    if (x < -20 || y < -20 || x > width + 20 || y > height + 20) return false;
    const paper = this.model.isPaper(node);
    const size = strong ? 13.5 : paper ? 11.5 : 11.5 + Math.min(3, Math.log2(1 + this.model.degree[node]) / 2.2);
    const text = plain(this.model.label(node), strong ? 60 : paper ? (this.options.every ? 30 : 44) : 34);
    if (!text) return false;
    context.font = `${paper ? "" : strong ? "600 " : "500 "}${size.toFixed(1)}px ${this.theme.sans}`;
    const wide = this.measure(context, text);
    const gap = Math.max(3, this.stage.radius(node)) + 4;
    const spots = [[x + gap, y - size * 0.6], [x - gap - wide, y - size * 0.6], [x - wide / 2, y + gap - 2], [x - wide / 2, y - gap - size]];
    const placed = spots.map(([left, top]) => [left - 2, top - 1, wide + 4, size * 1.2 + 2]);
    const free = placed.filter((box) => !outsideOf(box, this.element) && !boxes.some((other) => overlap(other, box)));
    const clear = free.find((box) => !this.obstacles.some((other) => other[4] !== node && overlap(other, box)));
    // A label that must show covers shapes if it has to, but never another label; a title is too long for that.
    const box = clear ?? (strong || (rank < 12 && !paper) || this.options.every ? free[0] : null) ?? (strong ? placed.find((spot) => !outsideOf(spot, this.element)) : null);
    if (box) {
      const [left, top] = [box[0] + 2, box[1] + 1];
      boxes.push(box);
      context.textAlign = "left";
      context.textBaseline = "top";
      this.text(context, text, left, top + size * 0.08, paper && !strong ? this.theme.muted : this.theme.ink);
      return true;
    }
    return false;
  }

  measure(context, text) {
    const key = context.font + text;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size > 5000) this.widths.clear();
      width = context.measureText(text).width;
      this.widths.set(key, width);
    }
    return width;
  }

  // --- pointer and keys ---

  listen() {
    const { element } = this;
    let down = null;
    const far = (event) => down && Math.hypot(event.clientX - down[0], event.clientY - down[1]) >= 6;
    const release = () => (this.held = false);
    element.addEventListener("pointerdown", (event) => {
      down = [event.clientX, event.clientY];
      this.held = true;
      for (const end of ["pointerup", "pointercancel"]) addEventListener(end, release, { once: true, capture: true });
    }, true);
    element.addEventListener("pointermove", (event) => (event.buttons && far(event) ? this.moved() : this.pointAt(event)));
    element.addEventListener("pointerleave", () => this.setHover(-1));
    element.addEventListener("wheel", () => this.moved(), { passive: true });
    element.addEventListener("click", (event) => this.stage && down && !far(event) && this.click(event));
    element.addEventListener("dblclick", (event) => {
      const node = this.stage ? this.stage.nodeAt(...this.spot(event)) : -1;
      if (node >= 0) this.options.onopen?.(node);
    });
    element.addEventListener("keydown", (event) => this.key(event));
    element.addEventListener("blur", () => this.setCursor(-1));
  }

  spot(event) {
    const { left, top } = this.element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  pointAt(event) {
    if (!this.stage || event.buttons || this.looking) return;
    this.looking = true;
    requestAnimationFrame(() => {
      this.looking = false;
      if (!this.stage) return;
      const node = this.stage.nodeAt(...this.spot(event));
      this.setHover(this.shows(node) ? node : -1);
      // Among all lines of a large map a look at each takes too long for every move.
      const line = this.hover < 0 && (this.lit || this.claims) && this.options.onedge ? this.edgeAt(event) : -1;
      this.element.classList.toggle("pointing", this.hover >= 0 || line >= 0);
    });
  }

  setHover(node) {
    if (node === this.hover) return;
    this.hover = node;
    this.schedule();
  }

  setCursor(node) {
    if (node === this.cursor) return;
    this.cursor = node;
    this.schedule();
  }

  click(event) {
    const at = this.spot(event);
    const node = this.stage.nodeAt(...at);
    if (node >= 0 && this.shows(node)) return this.options.onselect(node);
    const claim = this.options.onedge ? this.edgeAt(event) : -1;
    return claim >= 0 ? this.options.onedge(claim) : this.options.onclear?.();
  }

  // The line under the pointer, or -1: the nearest within reach. Of dimmed lines none; of all lines
  // of a map none where so many run that a click means no one of them.
  edgeAt(event) {
    const { model, stage } = this;
    const [left, top] = stage.toScreen(ORIGIN);
    const scale = stage.scale();
    const [x, y] = this.spot(event).map((value, axis) => (value - [left, top][axis]) / scale);
    const reach = (event.pointerType === "touch" ? 12 : 5) / scale;
    const some = this.lit?.claims ?? this.claims;
    let [best, least, near] = [-1, reach, 0];
    for (let at = 0, count = some ? some.length : model.M; at < count; at++) {
      const claim = some ? some[at] : at;
      if (!some && this.visible && !this.visible.claim[claim]) continue;
      if (!stage.has(model.paper[claim]) || !stage.has(model.concept[claim])) continue;
      const distance = fromLine(x, y, stage.place(model.paper[claim]), stage.place(model.concept[claim]));
      near += distance < reach;
      if (distance < least) [best, least] = [claim, distance];
    }
    return some || near <= MOST_LINES ? best : -1;
  }

  key(event) {
    const action = KEYS[event.key];
    if (!action || !this.stage || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    action(this, event);
  }

  // The nearest shown node in a direction becomes the keyboard's cursor.
  step(dx, dy) {
    const from = this.cursor >= 0 ? this.cursor : this.home();
    if (from < 0 || !this.stage.has(from)) return this.goTo(this.order.find((node) => this.shows(node)) ?? -1);
    const [x, y] = this.stage.project(from);
    let [best, least] = [-1, Infinity];
    for (const node of this.lit ? this.lit.nodes : this.order) {
      if (node === from || !this.shows(node)) continue;
      const [px, py] = this.stage.project(node);
      const along = (px - x) * dx + (py - y) * dy;
      const aside = Math.abs((px - x) * dy) + Math.abs((py - y) * dx);
      if (along > 2 && along + 2 * aside < least) [best, least] = [node, along + 2 * aside];
    }
    return this.goTo(best);
  }

  goTo(node) {
    if (node < 0) return;
    this.setCursor(node);
    const [x, y] = this.stage.project(node);
    const { clientWidth: width, clientHeight: height } = this.element;
    const [dx, dy] = [x < 40 ? x - width / 2 : x > width - 40 ? x - width / 2 : 0, y < 40 || y > height - 40 ? y - height / 2 : 0];
    if (dx || dy) this.panBy(dx, dy);
    this.live.textContent = this.options.describe(node);
  }
}

const pan = (dx, dy) => (view, event) => (event.shiftKey ? view.panBy(dx * 90, dy * 90) : view.step(dx, dy));

const KEYS = {
  ArrowLeft: pan(-1, 0),
  ArrowRight: pan(1, 0),
  ArrowUp: pan(0, -1),
  ArrowDown: pan(0, 1),
  "+": (view) => view.zoomBy(1.4),
  "=": (view) => view.zoomBy(1.4),
  "-": (view) => view.zoomBy(1 / 1.4),
  0: (view) => view.fit(undefined, true),
  Enter: (view) => view.cursor >= 0 && view.options.onselect(view.cursor),
  " ": (view) => view.cursor >= 0 && view.options.onselect(view.cursor),
  Escape: (view) => view.options.onclear?.(),
};

function overlap([x, y, w, h], [x2, y2, w2, h2]) {
  return x < x2 + w2 && x2 < x + w && y < y2 + h2 && y2 < y + h;
}

// Where a region's title may go, best first, each with its distance from the region: above it, below
// it, beside it, at the map's upper edge, in the region's middle.
function titleSpots(hull, [x, y], width, high) {
  const [xs, ys] = [hull.map((point) => point[0]), hull.map((point) => point[1])];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [from, upper] = [x - width / 2, y - high / 2];
  const around = (place) => [17, 26, 35].map((gap) => [gap, place(gap)]);
  const spots = [
    ...around((gap) => [from, top - gap - high]),
    ...around((gap) => [from, bottom + gap]),
    ...around((gap) => [right + gap, upper]),
    ...around((gap) => [left - gap - width, upper]),
    [0, [from, Math.max(2, top - 17 - high)]],
    [0, [from, upper]],
  ];
  return spots.map(([gap, spot]) => [gap, [...spot, width, high]]);
}

// The first spot that covers no shape; among so many shapes that they are a texture, that covers fewest.
function clearest(spots, taken, shapes) {
  let [best, least] = [null, shapes.length < MOST_SHAPES ? 1 : Infinity];
  for (const [gap, spot] of spots) {
    if (taken(spot, gap)) continue;
    const count = shapes.filter((shape) => overlap(shape, spot)).length;
    if (count < least) [best, least] = [spot, count];
    if (!count) break;
  }
  return best;
}

// Whether a box comes nearer than `margin` to a convex hull: no edge of either keeps them apart.
function meets(hull, [x, y, w, h], margin) {
  const box = [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
  return [box, hull].every((shape) =>
    shape.every(([ax, ay], at) => {
      const [bx, by] = shape[(at + 1) % shape.length];
      const length = Math.hypot(bx - ax, by - ay) || 1;
      const away = ([px, py]) => ((px - ax) * (by - ay) - (py - ay) * (bx - ax)) / length;
      const [one, two] = [hull.map(away), box.map(away)];
      return Math.min(...one) - margin < Math.max(...two) && Math.min(...two) < Math.max(...one) + margin;
    }),
  );
}

// How far a point is from the line between two.
function fromLine(x, y, a, b) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const along = Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - a.x - along * dx, y - a.y - along * dy);
}

function outsideOf([x, y, w, h], { clientWidth, clientHeight }) {
  return x < 0 || y < 0 || x + w > clientWidth || y + h > clientHeight;
}

// Hull and centre of each named region, without its outliers.
function regionShapes(model, shows) {
  const members = new Map();
  let all = 0;
  for (let node = 0; node < model.N; node++) {
    if (!model.region[node] || !model.on[node] || !shows(node)) continue;
    all++;
    if (!members.has(model.region[node])) members.set(model.region[node], []);
    members.get(model.region[node]).push({ x: model.x[node], y: model.y[node] });
  }
  return [...members]
    .filter(([, points]) => points.length > 2)
    .sort((a, b) => b[1].length - a[1].length)
    .map(([number, points]) => ({ number, share: points.length / all, ...shapeOf(points) }));
}

function shapeOf(points) {
  const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const centre = { x: middle(points.map((p) => p.x)), y: middle(points.map((p) => p.y)) };
  const far = (p) => (p.x - centre.x) ** 2 + (p.y - centre.y) ** 2;
  const near = points.sort((a, b) => far(a) - far(b)).slice(0, Math.max(3, Math.ceil(points.length * (points.length > 60 ? 0.75 : 0.9))));
  return { ...centre, hull: convexHull(near) };
}

function convexHull(points) {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (list) => {
    const out = [];
    for (const p of list) {
      while (out.length > 1 && cross(out.at(-2), out.at(-1), p) <= 0) out.pop();
      out.push(p);
    }
    return out.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function cross(o, a, b) {
  return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

// A hull grown outwards and rounded, as the current path.
function blob(context, points, margin) {
  const middle = points.reduce(([x, y], [px, py]) => [x + px / points.length, y + py / points.length], [0, 0]);
  const grown = points.map(([x, y]) => {
    const length = Math.hypot(x - middle[0], y - middle[1]) || 1;
    return [x + ((x - middle[0]) * margin) / length, y + ((y - middle[1]) * margin) / length];
  });
  context.beginPath();
  grown.forEach(([x, y], at) => {
    const [nx, ny] = grown[(at + 1) % grown.length];
    if (!at) context.moveTo((x + nx) / 2, (y + ny) / 2);
    const [fx, fy] = grown[(at + 2) % grown.length];
    context.quadraticCurveTo(nx, ny, (nx + fx) / 2, (ny + fy) / 2);
  });
  context.closePath();
}
