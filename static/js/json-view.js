// JSON as it reads: a line a value, what is nested folded away. Text nodes only.

import { element } from "./element.js";
import { numbers } from "./numbers.js";

const MOST = 2000;
const OPEN_DEPTH = 2;

/**
 * @param {unknown} value
 * @returns {HTMLElement}
 */
export function jsonView(value) {
  return element("div", { class: "json" }, valueView("", value, 0, { left: MOST }));
}

function valueView(name, value, depth, budget) {
  if (budget.left-- <= 0) return element("p", {}, "…");
  if (value === null || typeof value !== "object") return leaf(name, value);
  const parts = Object.entries(value);
  const list = Array.isArray(value);
  const shape = list ? `[${numbers(parts.length)}]` : `{${numbers(parts.length)}}`;
  if (!parts.length) return element("p", {}, key(name), list ? "[]" : "{}");
  return element(
    "details",
    { open: depth < OPEN_DEPTH && "" },
    element("summary", {}, key(name), element("span", { class: "shape" }, shape)),
    ...parts.map(([inner, one]) => valueView(inner, one, depth + 1, budget)),
  );
}

function leaf(name, value) {
  return element(
    "p",
    {},
    key(name),
    element("span", { class: typeof value }, JSON.stringify(value)),
  );
}

function key(name) {
  return name && element("span", { class: "key" }, `${name}: `);
}
