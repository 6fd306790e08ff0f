// Building the page. Text enters as text nodes only, never as markup.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in PROPERTIES) node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  add(node, children);
  return node;
}

const PROPERTIES = { value: 1, checked: 1, indeterminate: 1, disabled: 1 };

function add(node, children) {
  for (const child of [children].flat(9)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export function replace(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

// A name of unknown language and direction; long ones are cut by the style sheet.
export function name(text, attributes = {}) {
  return h("bdi", { dir: "auto", ...attributes }, text);
}

// What a canvas or a one-line label can show: no control or direction marks, not too long.
export function plain(text, most = 60) {
  const clean = text.slice(0, 400).replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, " ");
  const letters = Array.from(clean.replace(/\s+/g, " ").trim());
  return letters.length <= most ? letters.join("") : `${letters.slice(0, most - 1).join("").trimEnd()}…`;
}

// Only web addresses become links; anything else stays text.
export function outside(url, text, attributes = {}) {
  if (!/^https?:\/\/[^\s]+$/i.test(url)) return name(text, attributes);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...attributes }, name(text));
}

export function icon(path, attributes = {}) {
  return svg(
    "svg",
    { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true", class: "icon", ...attributes },
    svg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linecap": "round", "stroke-linejoin": "round" }),
  );
}

export const ICONS = {
  theme: "M10 2.5a7.5 7.5 0 1 0 7.5 7.5A5.8 5.8 0 0 1 10 2.5z",
  link: "M8 12l4-4M9 5.5l1.6-1.6a3.9 3.9 0 0 1 5.5 5.5L14.500 11M11 14.500l-1.600 1.600a3.900 3.900 0 0 1-5.500-5.500L5.500 9",
  download: "M10 3v9M6.500 9 10 12.500 13.500 9M4 16h12",
  filters: "M3 5h14M6 10h8M8.500 15h3",
  close: "M5 5l10 10M15 5L5 15",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  fit: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
  grow: "M12 3h5v5M17 3l-6 6M8 17H3v-5M3 17l6-6",
};
