// Which frames are to be seen: one question a frame, answered at once. A regular expression is
// another matter (wire-search.js), since one can be written that never ends.

import { haystack, isControl, isHeartbeat } from "./wire-facts.js";

/**
 * @typedef {object} Filter
 * @property {"all" | "sent" | "received" | "control"} way
 * @property {boolean} heartbeats
 * @property {string} opcode "" is any
 * @property {string} connection "" is any, "own" the page's own
 * @property {string} text
 * @property {boolean} regex whether `text` is a regular expression
 */

/** @type {Filter} */
export const EVERYTHING = {
  way: "all",
  heartbeats: true,
  opcode: "",
  connection: "",
  text: "",
  regex: false,
};

const WAYS = {
  all: () => true,
  sent: ({ from }) => from === "client",
  received: ({ from }) => from === "server",
  control: isControl,
};

/**
 * Whether a filter lets an entry through, but for its regular expression.
 * @param {Filter} filter
 * @param {import("./wire-log.js").Entry} entry
 */
export function passes(filter, { event, own }) {
  return (
    WAYS[filter.way](event) &&
    (filter.heartbeats || !isHeartbeat(event)) &&
    (!filter.opcode || event.opcode === filter.opcode) &&
    isOf(filter.connection, event, own) &&
    (filter.regex || holds(event, filter.text))
  );
}

/** Whether anything at all is kept back. @param {Filter} filter */
export function narrows(filter) {
  return Object.entries(EVERYTHING).some(
    ([name, value]) => name !== "regex" && filter[name] !== value,
  );
}

/**
 * Why this is no regular expression, in words; null when it is one.
 * @param {string} source
 */
export function badExpression(source) {
  try {
    new RegExp(source);
    return null;
  } catch (error) {
    const why = error.message.replace(/^Invalid regular expression: (?:\/.*\/\w*: )?/s, "");
    return `This is no regular expression: ${why}.`;
  }
}

function isOf(connection, event, own) {
  return !connection || (connection === "own" ? own : event.connection === connection);
}

function holds(event, text) {
  return !text || haystack(event).toLowerCase().includes(text.toLowerCase());
}
