// A stage drawn by sigma (WebGL): maps of thousands to a hundred thousand nodes.
// The same interface as stage_vis.js; bundled apart, for small pages do without it.

import Graph from "graphology";
import Sigma from "sigma";
import { EdgeLineProgram, NodeProgram } from "sigma/rendering";
import { floatColor } from "sigma/utils";
import { premultiplied } from "./theme.js";

const { FLOAT, UNSIGNED_BYTE, POINTS } = globalThis.WebGLRenderingContext ?? {};

const VERTEX = `
attribute vec4 a_id;
attribute vec4 a_color;
attribute vec2 a_position;
attribute float a_size;
attribute float a_shape;
uniform float u_sizeRatio;
uniform float u_pixelRatio;
uniform mat3 u_matrix;
varying vec4 v_color;
varying float v_shape;
varying float v_soft;
const float bias = 255.0 / 254.0;
void main() {
  gl_Position = vec4((u_matrix * vec3(a_position, 1.0)).xy, 0.0, 1.0);
  float size = a_size / u_sizeRatio * u_pixelRatio;
  gl_PointSize = max(2.0, size * 2.4);
  v_soft = 1.2 / max(1.0, size);
  v_shape = a_shape;
  #ifdef PICKING_MODE
  v_color = a_id;
  #else
  v_color = a_color;
  #endif
  v_color.a *= bias;
}`;

// Signed distances to the shapes of shapes.js, one program for all of them.
const FRAGMENT = `
precision mediump float;
varying vec4 v_color;
varying float v_shape;
varying float v_soft;
float triangle(vec2 p) { return max(p.y - 0.72, abs(p.x) * 0.873 - p.y * 0.489 - 0.537); }
void main() {
  vec2 p = (gl_PointCoord - 0.5) * 2.4;
  float d = length(p) - 0.9;
  if (v_shape > 4.5) d = max(abs(p.y) - 0.87, abs(p.x) * 0.866 + abs(p.y) * 0.5 - 0.866);
  else if (v_shape > 3.5) d = (abs(p.x) + abs(p.y) - 1.15) * 0.707;
  else if (v_shape > 2.5) d = triangle(vec2(p.x, -p.y));
  else if (v_shape > 1.5) d = triangle(p);
  else if (v_shape > 0.5) d = max(abs(p.x), abs(p.y)) - 0.82;
  #ifdef PICKING_MODE
  if (d > 0.1) discard;
  gl_FragColor = v_color;
  #else
  float alpha = 1.0 - smoothstep(-v_soft, v_soft, d);
  gl_FragColor = v_color * alpha;
  #endif
}`;

class ShapeProgram extends NodeProgram {
  getDefinition() {
    return {
      VERTICES: 1,
      VERTEX_SHADER_SOURCE: VERTEX,
      FRAGMENT_SHADER_SOURCE: FRAGMENT,
      METHOD: POINTS,
      UNIFORMS: ["u_sizeRatio", "u_pixelRatio", "u_matrix"],
      ATTRIBUTES: [
        { name: "a_position", size: 2, type: FLOAT },
        { name: "a_size", size: 1, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_id", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_shape", size: 1, type: FLOAT },
      ],
    };
  }

  processVisibleItem(id, at, data) {
    const { array } = this;
    array[at++] = data.x;
    array[at++] = data.y;
    array[at++] = data.size;
    array[at++] = floatColor(data.color);
    array[at++] = id;
    array[at++] = data.shape;
  }

  setUniforms({ sizeRatio, pixelRatio, matrix }, { gl, uniformLocations }) {
    gl.uniform1f(uniformLocations.u_sizeRatio, sizeRatio);
    gl.uniform1f(uniformLocations.u_pixelRatio, pixelRatio);
    gl.uniformMatrix3fv(uniformLocations.u_matrix, false, matrix);
  }
}

// Shape numbers of the shader, by the model's kind: circle, square, triangle, down, diamond, hexagon.
const SHAPE = { Paper: 0, Method: 1, Dataset: 2, Benchmark: 3, Task: 4, Metric: 5 };

class SigmaStage {
  constructor(host, content, { model, theme, radius, onview }) {
    Object.assign(this, { host, model, size: radius, onview });
    this.visible = null;
    this.crowd = content.edges.length;
    this.takeTheme(theme);
    this.graph = new Graph({ type: "directed", multi: true, allowSelfLoops: false });
    this.addAll(content);
    this.sigma = new Sigma(this.graph, host, this.settings(content));
    this.sigma.setCustomBBox(box(model, content.nodes));
    this.sigma.on("afterRender", () => onview());
    this.measure();
  }

  addAll({ nodes, edges }) {
    const { model } = this;
    const small = nodes.length > 20_000 ? 0.5 : nodes.length > 5_000 ? 0.7 : 0.85;
    this.small = small;
    for (const node of nodes) {
      const shape = SHAPE[model.typeName(node)];
      this.graph.addNode(node, { x: model.x[node], y: -model.y[node], size: this.size(node) * 0.5 * small, shape });
    }
    for (const claim of edges) this.graph.addEdgeWithKey(claim, model.paper[claim], model.concept[claim]);
  }

  settings({ edges }) {
    return {
      nodeProgramClasses: { shape: ShapeProgram },
      defaultNodeType: "shape",
      edgeProgramClasses: { line: EdgeLineProgram },
      defaultEdgeType: "line",
      renderLabels: false,
      hideEdgesOnMove: edges.length > 40_000,
      enableEdgeEvents: false,
      defaultDrawNodeHover: () => {},
      defaultDrawNodeLabel: () => {},
      minCameraRatio: 0.002,
      maxCameraRatio: 4,
      stagePadding: Math.min(50, this.host.clientWidth / 16),
      allowInvalidContainer: true,
      doubleClickZoomingRatio: 1,
      nodeReducer: (node, data) => ({ ...data, color: this.theme[this.model.typeName(node)], hidden: Boolean(this.visible && !this.visible.node[node]) }),
      edgeReducer: (edge) => ({ color: this.edgeColor, size: 1, hidden: Boolean(this.visible && !this.visible.claim[edge]) }),
    };
  }

  // Pixels per layout unit at camera ratio 1.
  measure() {
    const [a, b] = [0, 100].map((x) => this.sigma.graphToViewport({ x, y: 0 }));
    this.unit = (Math.abs(b.x - a.x) / 100) * this.sigma.getCamera().ratio || 1;
  }

  // The more edges, the fainter each: together they are a texture, not a hairball.
  takeTheme(theme) {
    this.theme = theme;
    this.edgeColor = premultiplied(theme.edge, Math.max(0.025, Math.min(0.13, 0.13 * Math.sqrt(3000 / (this.crowd + 1)))));
  }

  paint(theme) {
    this.takeTheme(theme);
    this.sigma.refresh({ skipIndexation: true });
  }

  has(node) {
    return this.graph.hasNode(node);
  }

  place(node) {
    return { x: this.model.x[node], y: this.model.y[node] };
  }

  // One affine map for the whole frame: two projections per frame instead of one per node.
  frame() {
    const { x, y, ratio } = this.sigma.getCamera().getState();
    const key = `${x} ${y} ${ratio} ${this.host.clientWidth} ${this.host.clientHeight}`;
    if (this.frameKey !== key) {
      const zero = this.sigma.graphToViewport({ x: 0, y: 0 });
      const one = this.sigma.graphToViewport({ x: 1000, y: -1000 });
      this.affine = { x: zero.x, y: zero.y, k: (one.x - zero.x) / 1000 };
      this.frameKey = key;
    }
    return this.affine;
  }

  project(node) {
    return this.toScreen({ x: this.model.x[node], y: this.model.y[node] });
  }

  toScreen({ x, y }) {
    const frame = this.frame();
    return [frame.x + x * frame.k, frame.y + y * frame.k];
  }

  radius(node) {
    return this.sigma.scaleSize(this.size(node) * 0.5 * this.small);
  }

  scale() {
    return this.frame().k;
  }

  show(visible) {
    this.visible = visible;
    this.sigma.refresh({ skipIndexation: true });
  }

  extend(nodes, edges) {
    const { model } = this;
    for (const node of nodes) this.graph.addNode(node.id, { x: model.x[node.id], y: -model.y[node.id], size: this.size(node.id) * 0.5 * this.small, shape: SHAPE[model.typeName(node.id)] });
    for (const { id } of edges) this.graph.addEdgeWithKey(id, model.paper[id], model.concept[id]);
  }

  fit(nodes, animate = false) {
    if (!nodes) {
      this.move({ x: 0.5, y: 0.5, ratio: 1 }, animate);
      return this.unit;
    }
    const inside = nodes.filter((node) => this.has(node));
    if (!inside.length) return undefined;
    const { x, y } = box(this.model, inside);
    const [width, height] = [this.host.clientWidth, this.host.clientHeight];
    const scale = Math.min((width - 180) / (x[1] - x[0] + 1), (height - 120) / (y[1] - y[0] + 1), 1.2);
    this.setCamera({ x: (x[0] + x[1]) / 2, y: -(y[0] + y[1]) / 2, scale }, animate);
    return scale;
  }

  camera() {
    const { x, y } = this.sigma.viewportToGraph({ x: this.host.clientWidth / 2, y: this.host.clientHeight / 2 });
    return { x, y: -y, scale: this.scale() };
  }

  setCamera({ x, y, scale }, animate = false) {
    const at = this.sigma.viewportToFramedGraph(this.sigma.graphToViewport({ x, y: -y }));
    this.move({ x: at.x, y: at.y, ratio: this.unit / scale }, animate);
  }

  move(state, animate) {
    const camera = this.sigma.getCamera();
    if (animate && !matchMedia("(prefers-reduced-motion: reduce)").matches) camera.animate(state, { duration: 350 });
    else camera.setState(state);
  }

  zoomBy(factor) {
    const { ratio } = this.sigma.getCamera();
    this.move({ ratio: ratio / factor }, true);
  }

  panBy(dx, dy) {
    const { x, y, scale } = this.camera();
    this.setCamera({ x: x + dx / scale, y: y + dy / scale, scale });
  }

  nodeAt(x, y) {
    let [best, least] = [-1, Infinity];
    for (const node of this.near(x, y)) {
      const [px, py] = this.project(node);
      const distance = Math.hypot(px - x, py - y) - this.radius(node);
      if (distance < Math.min(least, 4)) [best, least] = [node, distance];
    }
    return best;
  }

  // Nodes around a point, from a grid over the layout made once.
  near(x, y) {
    const { x: left, y: top, k } = this.frame();
    this.grid ??= makeGrid(this.model, this.graph);
    const [column, row] = [Math.floor((x - left) / k / GRID), Math.floor((y - top) / k / GRID)];
    const reach = Math.min(3, Math.ceil(24 / k / GRID));
    const found = [];
    for (let i = column - reach; i <= column + reach; i++) {
      for (let j = row - reach; j <= row + reach; j++) {
        for (const node of this.grid.get(i * 100_003 + j) ?? []) if (!this.visible || this.visible.node[node]) found.push(node);
      }
    }
    return found;
  }

  resize() {
    this.sigma.resize();
    this.frameKey = null;
    this.sigma.refresh({ skipIndexation: true });
    this.measure();
  }

  destroy() {
    this.sigma.kill();
  }
}

const GRID = 120;

function makeGrid(model, graph) {
  const grid = new Map();
  for (const name of graph.nodes()) {
    const node = Number(name);
    const key = Math.floor(model.x[node] / GRID) * 100_003 + Math.floor(model.y[node] / GRID);
    if (!grid.has(key)) grid.set(key, []);
    grid.get(key).push(node);
  }
  return grid;
}

function box(model, nodes) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const node of nodes) {
    left = Math.min(left, model.x[node]);
    right = Math.max(right, model.x[node]);
    top = Math.min(top, -model.y[node]);
    bottom = Math.max(bottom, -model.y[node]);
  }
  return { x: [left, right], y: [top, bottom] };
}

globalThis.paperkgWebGL = SigmaStage;
