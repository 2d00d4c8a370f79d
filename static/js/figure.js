// A figure of the wire: bytes in groups, and beside them what the group that one points at is.
// Groups are tabs: one stop of the Tab key a figure, and the arrow keys go through it.

import { element, icon } from "./element.js";
import { count, show } from "./hex.js";

const ROW = 8;
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

// The name of what one looked at in a figure, which stays when the figure is drawn anew.
const chosen = new Map();

/**
 * @param {{id: string, from: "client" | "server", title: string, note?: string, first?: string}} about
 *   `first` is the name of what is explained before one has pointed at anything
 * @param {object[]} groups of a frame (frame-bytes.js), or lines of a handshake
 * @returns {HTMLElement}
 */
export function figure({ id, from, title, note = "", first }, groups) {
  const tabs = groups.map((group, at) => tab(group, `${id}-${at}`));
  const panels = groups.map((group, at) => panel(group, `${id}-${at}`));
  const bytes = element(
    "div",
    { class: "bytes", role: "tablist", "aria-label": `${title}, group by group` },
    ...folded(groups, tabs),
  );
  const choose = (at) => {
    chosen.set(id, groups[at].name);
    mark(tabs, panels, at);
  };
  listen(bytes, tabs, choose);
  mark(tabs, panels, Math.max(0, named(groups, chosen.get(id) ?? first)));
  return element(
    "div",
    { class: "figure", id, "data-from": from },
    caption(from, title, note),
    bytes,
    element("div", { class: "notes" }, ...panels),
  );
}

function caption(from, title, note) {
  const way = from && icon(from === "client" ? "sent" : "received");
  return element(
    "p",
    { class: "caption" },
    way,
    element("span", { class: "title" }, title),
    element("span", { class: "note" }, note),
  );
}

function listen(bytes, tabs, choose) {
  const chosenBy = ({ target }) => {
    const at = tabs.indexOf(target.closest("[role=tab]"));
    if (at >= 0) choose(at);
  };
  for (const kind of ["pointerover", "focusin", "click"]) bytes.addEventListener(kind, chosenBy);
  bytes.addEventListener("keydown", (event) => {
    const at = whereTo(event.key, tabs.indexOf(event.target), tabs.length);
    if (at === undefined) return;
    event.preventDefault();
    tabs[at].focus();
  });
}

function whereTo(key, from, many) {
  if (key === "Home") return 0;
  if (key === "End") return many - 1;
  return STEPS[key] && (from + STEPS[key] + many) % many;
}

function named(groups, name) {
  return groups.findIndex((group) => group.name === name);
}

function mark(tabs, panels, at) {
  for (const [one, node] of tabs.entries()) {
    node.setAttribute("aria-selected", String(one === at));
    node.tabIndex = one === at ? 0 : -1;
    panels[one].classList.toggle("shown", one === at);
  }
}

function panel({ name, value, says, bits, bytes }, id) {
  const written = bits ?? (bytes && show(bytes));
  return element(
    "div",
    { class: "panel", role: "tabpanel", id: `${id}-note`, "aria-labelledby": id },
    element(
      "p",
      { class: "what" },
      element("strong", {}, name),
      written && element("code", {}, written),
      value && element("span", {}, value),
    ),
    element("p", {}, says),
  );
}

// The bits of a byte stand under it, each a group of its own.
function folded(groups, tabs) {
  const blocks = [];
  for (const [at, { octet, name }] of groups.entries()) {
    if (octet === undefined) blocks.push(tabs[at]);
    else if (name === "FIN" || name === "MASK") blocks.push(octetBlock(octet, tabs[at]));
    else blocks.at(-1).lastChild.append(tabs[at]);
  }
  return blocks;
}

function octetBlock(octet, first) {
  const hex = octet.toString(16).padStart(2, "0");
  return element(
    "div",
    { class: "octet" },
    element("span", { class: "hex", "aria-hidden": "true" }, hex),
    element("div", { class: "bits" }, first),
  );
}

function tab(group, id) {
  const [kind, ...content] = drawn(group);
  const attributes = { type: "button", role: "tab", id, "aria-controls": `${id}-note` };
  return element("button", { ...attributes, class: `group ${kind}` }, ...content);
}

function drawn(group) {
  if (group.bits) return ["bit", digits(group.bits), " ", label(group)];
  if (group.bytes) return ["run", digits(show(group.bytes)), " ", label(group)];
  if (group.columns) return ["payload", label(group), ...payload(group)];
  if (group.aside) return ["aside", label(group), " ", digits(group.shown)];
  return line(group);
}

function digits(text) {
  return element("span", { class: "digits" }, text);
}

function label({ name }) {
  return element("span", { class: "label" }, name);
}

function line({ name, line, step, hidden, plain }) {
  if (step) return ["step", label({ name }), " ", digits(line)];
  const at = line.indexOf(": ");
  return [
    `line${hidden ? " hidden-value" : ""}${plain ? " ordinary" : ""}`,
    element(
      "span",
      { class: "digits" },
      at > 0 ? element("b", {}, line.slice(0, at + 1)) : null,
      at > 0 ? line.slice(at + 1) : line,
      element("span", { class: "end" }, "\\r\\n"),
    ),
  ];
}

// Eight bytes a row; under each byte the key's, what the two make, and what that spells.
function payload({ columns, more }) {
  const rows = [];
  for (let at = 0; at < columns.length; at += ROW) rows.push(row(columns.slice(at, at + ROW)));
  const rest = more > 0 && element("span", { class: "more" }, `and ${count(more)} more`);
  return [spoken(columns), ...rows, rest];
}

// Rows of figures are for the eye; whoever listens hears the bytes once.
function spoken(columns) {
  const bytes = Uint8Array.from(columns, ({ wire, plain = wire }) => plain);
  return element("span", { class: "unseen" }, `: ${show(bytes)}`);
}

function row(columns) {
  const masked = columns[0].key !== undefined;
  const lines = [
    ["wire", "wire", ({ wire }) => hex(wire)],
    masked && ["key", "⊕ key", ({ key }) => hex(key)],
    masked && ["unmasked", "plain", ({ plain }) => hex(plain)],
    columns[0].character !== undefined && ["spelt", "reads", ({ character }) => character],
  ].filter(Boolean);
  return element(
    "span",
    { class: "row", "aria-hidden": "true" },
    ...lines.map(([kind, words, cell]) =>
      element(
        "span",
        { class: `cells ${kind}` },
        element("span", { class: "label" }, words),
        ...columns.map((column) => element("span", { class: "cell" }, cell(column))),
      ),
    ),
  );
}

function hex(byte) {
  return byte.toString(16).padStart(2, "0");
}
