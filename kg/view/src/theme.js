// Colours from the style sheet, so that canvas and page agree in dark and light.

const NAMES = ["bg", "surface", "ink", "muted", "line", "accent", "edge", "strong", "Paper", "Method", "Dataset", "Benchmark", "Task", "Metric"];

export function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const theme = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  return { ...theme, dark: style.getPropertyValue("--dark").trim() === "1", sans: style.getPropertyValue("--sans").trim(), serif: style.getPropertyValue("--serif").trim() };
}

export function lightTheme() {
  const { dataset } = document.documentElement;
  const before = dataset.theme;
  dataset.theme = "light";
  const theme = readTheme();
  if (before) dataset.theme = before;
  else delete dataset.theme;
  return theme;
}

export function startTheme(onchange) {
  const asked = matchMedia("(prefers-color-scheme: dark)");
  asked.addEventListener("change", () => onchange());
}

export function switchTheme() {
  const root = document.documentElement;
  root.dataset.theme = readTheme().dark ? "light" : "dark";
}

// A colour with its alpha multiplied in, at most `most`: what WebGL blends.
export function premultiplied(colour, most = 1) {
  const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
  const alpha = Math.min(a, most);
  return `rgba(${[r, g, b].map((part) => Math.round(part * alpha)).join(",")},${alpha})`;
}

// A tint per region: hues a golden angle apart.
export function regionTint(region, dark, alpha = 1) {
  const hue = (region * 137.5 + 200) % 360;
  return dark ? `hsla(${hue}, 42%, 62%, ${0.12 * alpha})` : `hsla(${hue}, 52%, 46%, ${0.085 * alpha})`;
}

export function regionInk(region, dark, alpha = 1) {
  const hue = (region * 137.5 + 200) % 360;
  return dark ? `hsla(${hue}, 45%, 82%, ${alpha})` : `hsla(${hue}, 45%, 26%, ${alpha})`;
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
