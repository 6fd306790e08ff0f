// The view as the address' fragment: shareable, and the back button's memory.

import { EMPTY } from "./filters.js";

export const START = { view: "map", sel: "", with: "", path: "", depth: 1, big: false, rows: "papers", near: false, sort: "", ...EMPTY, at: "" };

const LISTS = ["type", "role", "year", "venue", "region"];
const NUMBERS = ["least", "conf", "depth"];
const FLAGS = ["hubs", "big", "near"];

// The page's own start: another one than the usual.
export function startWith(patch) {
  Object.assign(START, patch);
  Object.assign(EMPTY, patch);
}

export function write(state) {
  const out = new URLSearchParams();
  for (const [key, start] of Object.entries(START)) {
    if (String(state[key]) === String(start)) continue;
    out.set(key, LISTS.includes(key) ? state[key].join(",") : FLAGS.includes(key) ? "1" : String(state[key]));
  }
  return out.toString();
}

export function read(fragment) {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const state = { ...START };
  for (const key of Object.keys(START)) {
    if (!given.has(key)) continue;
    const text = given.get(key);
    if (LISTS.includes(key)) state[key] = text.split(",").filter(Boolean).map(Number).filter(Number.isInteger);
    else if (NUMBERS.includes(key)) state[key] = Number.isFinite(Number(text)) ? Number(text) : START[key];
    else state[key] = FLAGS.includes(key) ? true : text;
  }
  state.depth = Math.max(1, Math.min(3, Math.round(state.depth)));
  if (!["map", "table"].includes(state.view)) state.view = "map";
  if (!["papers", "concepts", "claims"].includes(state.rows)) state.rows = "papers";
  if (!readPlace(state.at)) state.at = "";
  return state;
}

// Where the map's camera is, as "x_y_scale": its centre in the layout's units, and pixels per unit.
export function writePlace({ x, y, scale }) {
  const round = (value) => Number(value.toFixed(scale > 1 ? 1 : 0)) + 0;
  return [round(x), round(y), Number(scale.toPrecision(3))].join("_");
}

const PLACE = /^(-?\d{1,7}(?:\.\d)?)_(-?\d{1,7}(?:\.\d)?)_(\d{1,3}(?:\.\d{1,6})?)$/;

// The camera of an address, or null.
export function readPlace(text) {
  const [x, y, scale] = PLACE.exec(text)?.slice(1).map(Number) ?? [];
  return scale > 0 ? { x, y, scale } : null;
}
