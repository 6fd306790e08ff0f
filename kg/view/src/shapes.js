// One shape and one colour per kind of node: on canvas, in SVG and in the legend.

import { svg } from "./dom.js";

const SHAPES = { Paper: "circle", Method: "square", Dataset: "triangle", Benchmark: "down", Task: "diamond", Metric: "hexagon" };

// Corners on the unit circle, scaled so that all shapes look equally heavy.
const CORNERS = {
  square: [[-0.82, -0.82], [0.82, -0.82], [0.82, 0.82], [-0.82, 0.82]],
  triangle: [[0, -1.1], [1.02, 0.72], [-1.02, 0.72]],
  down: [[0, 1.1], [1.02, -0.72], [-1.02, -0.72]],
  diamond: [[0, -1.15], [1.15, 0], [0, 1.15], [-1.15, 0]],
  hexagon: [[-1, 0], [-0.5, -0.87], [0.5, -0.87], [1, 0], [0.5, 0.87], [-0.5, 0.87]],
};

export function corners(type, x, y, radius) {
  const shape = CORNERS[SHAPES[type]];
  return shape ? shape.map(([dx, dy]) => [x + dx * radius, y + dy * radius]) : null;
}

export function trace(context, type, x, y, radius) {
  const points = corners(type, x, y, radius);
  context.beginPath();
  if (!points) context.arc(x, y, radius * 0.9, 0, 2 * Math.PI);
  else {
    points.forEach(([px, py], at) => (at ? context.lineTo(px, py) : context.moveTo(px, py)));
    context.closePath();
  }
}

export function shapeIcon(type) {
  const points = corners(type, 8, 8, 6);
  const shape = points
    ? svg("polygon", { points: points.map((p) => p.map((v) => v.toFixed(1)).join(",")).join(" ") })
    : svg("circle", { cx: 8, cy: 8, r: 5.2 });
  return svg("svg", { viewBox: "0 0 16 16", width: 14, height: 14, class: `shape shape-${type}`, "aria-hidden": "true" }, shape);
}

// Room a node takes, in layout units.
export function radius(model, node) {
  const degree = model.degree[node];
  return model.isPaper(node) ? 4.5 + Math.min(2, degree / 10) : 5 + 1.9 * Math.sqrt(Math.min(degree, 120));
}
