// A stage drawn by pyvis' vis-network: maps of up to a thousand nodes, and every neighbourhood.
//
// A stage draws nodes and edges and owns the camera; GraphView draws all else on top.
// It has: project(node), radius(node), scale(), show(visible), fit(nodes), camera get and
// set, zoomBy, panBy, nodeAt, paint(theme), resize, destroy, and calls `onview`. `fit` returns its scale.

import { calm } from "./theme.js";

export class VisStage {
  // `content`: {nodes, edges, options} as pyvis wrote them, styled here.
  constructor(host, content, { model, theme, radius, onview, edgeStyle = (theme) => ({ color: theme.edge }) }) {
    this.host = host;
    this.edgeStyle = edgeStyle;
    this.model = model;
    this.size = radius;
    this.onview = onview;
    this.moving = false;
    this.places = new Map(content.nodes.map(({ id, x, y }) => [id, { x, y }]));
    this.nodes = new vis.DataSet(content.nodes.map((node) => ({ ...node, size: radius(node.id) })));
    this.edges = new vis.DataSet(content.edges);
    this.paint(theme);
    this.network = new vis.Network(host, { nodes: this.nodes, edges: this.edges }, content.options);
    this.network.on("afterDrawing", () => onview());
    this.fit();
  }

  paint(theme) {
    const style = ({ id }) => {
      const color = theme[this.model.typeName(id)];
      return { id, color: { background: color, border: theme.bg, highlight: color, hover: color } };
    };
    this.nodes.update(this.nodes.get().map(style));
    const line = ({ id }) => {
      const { color, width = 1 } = this.edgeStyle(theme, id);
      return { id, width, color: { color, highlight: color, hover: color } };
    };
    this.edges.update(this.edges.get().map(line));
  }

  place(node) {
    return this.moving ? this.network.getPosition(node) : this.places.get(node);
  }

  has(node) {
    return this.places.has(node);
  }

  project(node) {
    return this.toScreen(this.place(node));
  }

  toScreen({ x, y }) {
    const scale = this.network.getScale();
    const centre = this.network.getViewPosition();
    return [(x - centre.x) * scale + this.host.clientWidth / 2, (y - centre.y) * scale + this.host.clientHeight / 2];
  }

  radius(node) {
    return this.size(node) * this.network.getScale();
  }

  scale() {
    return this.network.getScale();
  }

  show(visible) {
    const update = (set, passes) =>
      set.update(set.get().filter(({ id, hidden }) => Boolean(hidden) === Boolean(passes[id])).map(({ id }) => ({ id, hidden: !passes[id] })));
    update(this.nodes, visible.node);
    update(this.edges, visible.claim);
    this.network.redraw();
  }

  // Nodes that join later: concepts that were folded away.
  extend(nodes, edges) {
    for (const { id, x, y } of nodes) this.places.set(id, { x, y });
    this.nodes.add(nodes.map((node) => ({ ...node, size: this.size(node.id) })));
    this.edges.add(edges);
  }

  fit(nodes = [...this.places.keys()], animate = false) {
    const places = nodes.filter((node) => this.has(node)).map((node) => this.place(node));
    if (!places.length) return undefined;
    const [left, right] = range(places.map(({ x }) => x));
    const [top, bottom] = range(places.map(({ y }) => y));
    const [width, height] = [Math.max(80, this.host.clientWidth), Math.max(80, this.host.clientHeight)];
    // Room for labels: at the sides, and for the regions' names on top.
    const [side, over] = [Math.min(90, width / 12), Math.min(60, height / 9)];
    const scale = Math.min((width - 2 * side) / (right - left + 1), (height - 1.7 * over) / (bottom - top + 1), 1.6);
    this.setCamera({ x: (left + right) / 2, y: (top + bottom) / 2 - (0.15 * over) / scale, scale }, animate);
    return scale;
  }

  camera() {
    return { ...this.network.getViewPosition(), scale: this.network.getScale() };
  }

  setCamera({ x, y, scale }, animate = false) {
    const animation = animate && !calm() ? { duration: 350, easingFunction: "easeInOutQuad" } : false;
    this.network.moveTo({ position: { x, y }, scale, animation });
  }

  zoomBy(factor) {
    this.setCamera({ ...this.camera(), scale: this.scale() * factor }, true);
  }

  panBy(dx, dy) {
    const { x, y, scale } = this.camera();
    this.setCamera({ x: x + dx / scale, y: y + dy / scale, scale });
  }

  nodeAt(x, y) {
    return this.network.getNodeAt({ x, y }) ?? -1;
  }

  // Live physics, for a neighbourhood that should arrange itself.
  move(on) {
    this.moving ||= on;
    this.network.setOptions({ physics: { enabled: on }, interaction: { dragNodes: on } });
  }

  resize() {
    this.network.setSize("100%", "100%");
    this.network.redraw();
  }

  destroy() {
    this.network.destroy();
  }
}

function range(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
