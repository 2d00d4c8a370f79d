// Nodes are built, never parsed: whatever people typed can only become text.

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} id */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * @param {string} tag
 * @param {Record<string, string | false | null | undefined>} [attributes] an empty one is left out
 * @param {...(Node | string | null | undefined | false)} children
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  attribute(node, attributes);
  node.append(...children.filter((child) => child || child === ""));
  return node;
}

/**
 * An icon of the page's sprite; words beside it say what it means.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  attribute(svg, { class: "icon", "aria-hidden": "true" });
  attribute(use, { href: `#icon-${name}` });
  svg.append(use);
  return svg;
}

function attribute(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value || value === "") node.setAttribute(name, value);
  }
}
