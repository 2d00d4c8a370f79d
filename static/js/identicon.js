// The id is the person: shape and hue come from it, so two people with one name are told apart,
// and nobody who cannot see the hue misses anything.

import { minidenticon } from "../vendor/minidenticons.js";

const HUES = 12;
const REMEMBERED = 500;
const drawn = new Map();

/**
 * The class of a person's hue, "hue-0" to "hue-11".
 * @param {string} id
 */
export function hueOf(id) {
  let hash = 2166136261;
  for (const character of id) {
    hash = Math.imul(hash ^ character.codePointAt(0), 16777619);
  }
  return `hue-${(hash >>> 8) % HUES}`;
}

/**
 * A person's drawn sign, in the current colour.
 * @param {string} id
 * @returns {SVGElement}
 */
export function identicon(id) {
  if (drawn.size > REMEMBERED) drawn.clear();
  if (!drawn.has(id)) drawn.set(id, draw(id));
  return drawn.get(id).cloneNode(true);
}

function draw(id) {
  const parsed = new DOMParser().parseFromString(minidenticon(id), "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true);
  svg.setAttribute("fill", "currentColor");
  svg.setAttribute("viewBox", "-1 -1 7 7");
  svg.setAttribute("class", "identicon");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}
