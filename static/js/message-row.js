// One message, one row. Text is text: the only markup a message can cause is a link.

import { element, icon } from "./element.js";
import { count, fromBase64, show } from "./hex.js";
import { hueOf, identicon } from "./identicon.js";
import { parts } from "./links.js";
import { clock } from "./timeline.js";

const PREVIEW = 48;

/**
 * @param {{id?: number, key?: string, at: string, from: {id: string, name: string}, text?: string, data?: string}} message
 * @param {{starts: boolean, own: boolean}} how
 * @returns {HTMLLIElement}
 */
export function messageRow(message, { starts, own }) {
  const row = element(
    "li",
    {
      class: `message ${hueOf(message.from.id)}`,
      "data-person": message.from.id,
      "data-id": message.id && String(message.id),
      "data-key": message.key,
    },
    identicon(message.from.id),
    byline(message, own),
    message.data === undefined ? textBody(message.text) : binaryBody(message.data),
  );
  row.classList.toggle("starts", starts);
  row.classList.toggle("own", own);
  return row;
}

/**
 * A row for what is not yet, or never will be, with the others.
 * @param {import("./outbox.js").Entry} entry
 * @param {{id: string, name: string}} me
 * @param {{connected: boolean, reuse: () => void, dismiss: () => void}} how
 */
export function pendingRow(entry, me, { connected, reuse, dismiss }) {
  const row = messageRow({ ...entry, from: me }, { starts: false, own: true });
  row.classList.add("pending");
  row.dataset.state = entry.state;
  row.append(entry.state === "refused" ? refusal(entry, reuse, dismiss) : fate(entry, connected));
  return row;
}

/**
 * A line of the page's own among the messages.
 * @param {string} words
 */
export function noteRow(words) {
  return element("li", { class: "note" }, words);
}

/**
 * @param {string} day
 * @param {string} name
 */
export function dayRow(day, name) {
  return element(
    "li",
    { class: "day" },
    element("time", { class: "day-name", datetime: day }, name),
  );
}

function byline({ from, at }, own) {
  return element(
    "p",
    { class: "byline" },
    element("b", { class: "name" }, from.name),
    own && element("span", { class: "you" }, "you"),
    element("time", { datetime: at }, clock(at)),
  );
}

function textBody(text = "") {
  return element("p", { class: "text" }, ...parts(text).map(inline));
}

function inline({ text, href }) {
  if (!href) return text;
  return element("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
}

function binaryBody(data) {
  const bytes = fromBase64(data);
  return element(
    "p",
    { class: "text binary" },
    element("code", {}, show(bytes, PREVIEW)),
    element("span", { class: "size" }, count(bytes.length)),
  );
}

function fate({ state, why }, connected) {
  const waiting = connected ? "Sending" : "Waits for the connection";
  return element("p", { class: "fate" }, state === "later" ? why : waiting);
}

function refusal({ why }, reuse, dismiss) {
  return element(
    "p",
    { class: "fate refused" },
    element("span", { role: "alert" }, why),
    button("Copy to composer", "edit", reuse),
    button("Dismiss", "hide", dismiss),
  );
}

function button(words, sign, act) {
  const node = element("button", { type: "button", class: "plain" }, icon(sign), words);
  node.addEventListener("click", act);
  return node;
}
