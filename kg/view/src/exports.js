// Files to take along: rows as CSV, JSON and BibTeX, what is shown as GEXF, SVG and PNG.

import { plain } from "./dom.js";
import { corners } from "./shapes.js";

export function save(fileName, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// A cell that a spreadsheet would run as a formula gets an apostrophe.
export function toCsv(records) {
  if (!records.length) return "";
  const cell = (value) => {
    const text = String(value);
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const names = Object.keys(records[0]);
  return [names.join(","), ...records.map((record) => names.map((key) => cell(record[key])).join(","))].join("\r\n") + "\r\n";
}

// Text for BibTeX: what stands in dollars stays mathematics if its braces match, of other markup the words stay.
// Dollars are sums of money where a gap follows the first or comes before the second.
function escapeTex(text) {
  const parts = text.split(/(\$(?!\s)(?:[^$\\]|\\.)*?[^\s\\$]\$(?!\d))/);
  return parts.map((part, at) => (at % 2 && isBalanced(part) ? part : escapePlain(part))).join("");
}

function isBalanced(text) {
  let depth = 0;
  for (const [token] of text.matchAll(/\\.|[{}]/gs)) {
    depth += token === "{" ? 1 : token === "}" ? -1 : 0;
    if (depth < 0) return false;
  }
  return !depth;
}

function escapePlain(text) {
  const bare = text.replace(/\\(it|bf|em|sc|tt|rm|sl|emph|text(it|bf|tt|sc|rm|sf|sl))(?![A-Za-z])\s*/g, "").replace(/[\\{}]/g, "");
  return bare.replace(/[&%$#_]/g, "\\$&").replace(/\^/g, "\\textasciicircum{}").replace(/~/g, "\\textasciitilde{}");
}

export function toBibtex(model, papers) {
  return papers
    .map((paper) => {
      const { title, authors, doi, arxiv, url, id } = model.data.papers;
      const fields = [
        ["title", `{${escapeTex(title[paper])}}`],
        ["author", authors[paper].map(escapeTex).join(" and ")],
        ["year", model.year[paper] || ""],
        ["booktitle", escapeTex(model.venueName(paper))],
        ["doi", doi[paper]],
        ["eprint", arxiv[paper]],
        ["archiveprefix", arxiv[paper] ? "arXiv" : ""],
        ["url", url[paper]],
      ].filter(([, value]) => value);
      const kind = model.venueName(paper) ? "inproceedings" : "misc";
      return `@${kind}{${id[paper].replace(/[^\w:.-]/g, "_")},\n${fields.map(([key, value]) => `  ${key} = {${value}}`).join(",\n")}\n}\n`;
    })
    .join("\n");
}

const xml = (text) =>
  String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

export function toGexf(model, nodes, claims, theme) {
  const colour = (type) => {
    const [r, g, b] = rgb(theme[type]);
    return `<viz:color r="${r}" g="${g}" b="${b}"/>`;
  };
  const rows = nodes.map((node) => `<node id="${xml(model.key(node))}" label="${xml(model.label(node))}"><attvalues><attvalue for="0" value="${model.typeName(node)}"/></attvalues>${colour(model.typeName(node))}<viz:position x="${model.x[node].toFixed(1)}" y="${(-model.y[node]).toFixed(1)}" z="0"/></node>`);
  const edges = claims.map((claim, at) => `<edge id="${at}" source="${xml(model.key(model.paper[claim]))}" target="${xml(model.key(model.concept[claim]))}" label="${model.roles[model.role[claim]]}" weight="${model.conf[claim] / 100}"/>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gexf xmlns="http://www.gexf.net/1.2draft" xmlns:viz="http://www.gexf.net/1.2draft/viz" version="1.2">',
    '<graph defaultedgetype="directed" mode="static"><attributes class="node"><attribute id="0" title="type" type="string"/></attributes>',
    "<nodes>", ...rows, "</nodes>", "<edges>", ...edges, "</edges>", "</graph></gexf>", "",
  ].join("\n");
}

function rgb(colour) {
  const hex = /^#(..)(..)(..)$/.exec(colour);
  return hex ? hex.slice(1).map((part) => parseInt(part, 16)) : [90, 90, 90];
}

// The current view as SVG: nodes, edges and the most telling labels, in screen places.
export function toSvg(view, nodes, claims, theme = view.theme) {
  const { model, stage } = view;
  const [width, height] = [view.element.clientWidth, view.element.clientHeight];
  const inside = new Map();
  for (const node of nodes) {
    if (!stage.has(node)) continue;
    const [x, y] = stage.project(node);
    if (x > -50 && y > -50 && x < width + 50 && y < height + 50) inside.set(node, [x, y]);
  }
  const lines = claims
    .filter((claim) => inside.has(model.paper[claim]) && inside.has(model.concept[claim]))
    .map((claim) => {
      const [[x1, y1], [x2, y2]] = [inside.get(model.paper[claim]), inside.get(model.concept[claim])];
      return `M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}`;
    });
  const shapes = [...inside].map(([node, [x, y]]) => svgShape(model.typeName(node), x, y, Math.max(2, stage.radius(node)), theme));
  const labels = svgLabels(view, inside, theme);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" fill="${theme.bg}"/>`,
    `<path d="${lines.join("")}" stroke="${theme.muted}" stroke-opacity="0.25" fill="none"/>`,
    ...shapes, ...labels, "</svg>", "",
  ].join("\n");
}

function svgShape(type, x, y, radius, theme) {
  const points = corners(type, x, y, radius);
  const colour = `fill="${theme[type]}" stroke="${theme.bg}"`;
  if (!points) return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${(radius * 0.9).toFixed(1)}" ${colour}/>`;
  return `<polygon points="${points.map((p) => p.map((v) => v.toFixed(1)).join(",")).join(" ")}" ${colour}/>`;
}

function svgLabels(view, inside, theme) {
  const boxes = [];
  const out = [];
  for (const node of view.order) {
    const quiet = view.model.isPaper(node) && !view.lit && !view.options.every;
    if (!inside.has(node) || out.length > 120 || quiet) continue;
    const [x, y] = inside.get(node);
    const text = plain(view.model.label(node), 34);
    const box = [x + view.stage.radius(node) + 4, y - 8, text.length * 6.4, 16];
    if (boxes.some((b) => box[0] < b[0] + b[2] && b[0] < box[0] + box[2] && Math.abs(box[1] - b[1]) < 16)) continue;
    boxes.push(box);
    out.push(`<text x="${box[0].toFixed(1)}" y="${(y + 4).toFixed(1)}" font-family="sans-serif" font-size="12" fill="${theme.ink}">${xml(text)}</text>`);
  }
  return out;
}

// The same as an element of the page.
export function toDrawing(view, nodes, claims, theme) {
  const parsed = new DOMParser().parseFromString(toSvg(view, nodes, claims, theme), "image/svg+xml");
  return document.importNode(parsed.documentElement, true);
}

// The map as it is on screen, through its SVG's drawing so that both engines give the same.
export function toPng(view, nodes, claims) {
  const picture = new Image();
  const source = toSvg(view, nodes, claims);
  return new Promise((resolve, reject) => {
    picture.onerror = () => reject(new Error("the picture cannot be drawn"));
    picture.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = view.element.clientWidth * 2;
      canvas.height = view.element.clientHeight * 2;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is empty"))), "image/png");
    };
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  });
}
