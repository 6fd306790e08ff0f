// The view as the address' fragment: shareable, and the back button's memory.

import { EMPTY } from "./filters.js";

export const START = { view: "map", sel: "", with: "", path: "", depth: 1, big: false, rows: "papers", near: false, sort: "", ...EMPTY };

const LISTS = ["type", "role", "year", "venue", "region"];
const NUMBERS = ["least", "conf", "depth"];
const FLAGS = ["hubs", "big", "near"];

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
    if (LISTS.includes(key)) state[key] = text.split(",").map(Number).filter(Number.isInteger);
    else if (NUMBERS.includes(key)) state[key] = Number.isFinite(Number(text)) ? Number(text) : START[key];
    else state[key] = FLAGS.includes(key) ? true : text;
  }
  state.depth = Math.max(1, Math.min(3, Math.round(state.depth)));
  if (!["map", "table"].includes(state.view)) state.view = "map";
  if (!["papers", "concepts", "claims"].includes(state.rows)) state.rows = "papers";
  return state;
}
