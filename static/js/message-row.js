// One message, one row. Text is text: the only markup a message can cause is a link.

import { element, icon } from "./element.js";
import { fateLine } from "./fate-line.js";
import { count, fromBase64, show } from "./hex.js";
import { hueOf, identicon } from "./identicon.js";
import { parts } from "./links.js";
import { clock } from "./timeline.js";

const PREVIEW = 48;
/** Who posted without proving who it is; everybody who does is this one person. */
const GUEST = "guest";
const ANYBODY = "Posted by HTTP: nobody has proved who it is";

/**
 * @param {import("./conversation.js").Message} message
 * @param {object} [how]
 * @param {boolean} [how.starts] whether it opens a run, and so shows its author
 * @param {boolean} [how.own]
 * @param {import("./outbox.js").Entry} [how.change] an edit or a delete of it that is on its way
 * @param {object} [how.fate] see fate-line.js
 * @returns {HTMLLIElement}
 */
export function messageRow(message, { starts = false, own = false, change, fate } = {}) {
  const { id, key, from, edited, deleted } = message;
  const row = element(
    "li",
    {
      class: `message ${hueOf(from.id)}`,
      "data-person": from.id,
      "data-id": id && String(id),
      "data-key": !deleted && key,
    },
    identicon(from.id),
    byline(message, own),
    ...body(change?.kind === "edit" ? { ...message, text: change.text } : message),
    own && id && !deleted && !change && acts(message),
    change && fateLine(change, fate),
  );
  row.classList.toggle("starts", starts);
  row.classList.toggle("own", own);
  row.classList.toggle("edited", Boolean(edited) && !deleted);
  row.classList.toggle("deleted", Boolean(deleted));
  row.classList.toggle("changing", Boolean(change));
  return row;
}

/**
 * A row for what is not yet, or never will be, with the others.
 * @param {import("./outbox.js").Entry} entry
 * @param {{id: string, name: string}} me
 * @param {object} fate see fate-line.js
 */
export function pendingRow(entry, me, fate) {
  const { key, at, text } = entry;
  const row = messageRow({ key, at, text, from: me }, { own: true });
  row.classList.add("pending");
  row.dataset.state = entry.state;
  row.append(fateLine(entry, fate));
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
 * Where something is missing.
 * @param {string} words
 */
export function gapRow(words) {
  return element("li", { class: "gap" }, element("span", { class: "gap-words" }, words));
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
    from.id === GUEST && element("span", { class: "guest", title: ANYBODY }, "guest"),
    element("time", { datetime: at }, clock(at)),
  );
}

function body({ text, data, edited, deleted }) {
  if (deleted) return [element("p", { class: "text" }, "deleted")];
  return [
    data === undefined ? textBody(text) : binaryBody(data),
    edited && element("span", { class: "mark" }, "edited"),
  ];
}

// HTML knows no other line break than this one, and no NUL: what comes with the page reads the same.
function textBody(text = "") {
  const readable = text.replace(/\r\n?/g, "\n").replaceAll("\0", "");
  return element("p", { class: "text" }, ...parts(readable).map(inline));
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

// What row-acts.js does with a row of one's own. Where nothing hovers, one button stands for both.
function acts({ data }) {
  return element(
    "div",
    { class: "acts" },
    act("more", "Edit or delete"),
    data === undefined && act("edit", "Edit"),
    act("delete", "Delete"),
  );
}

function act(name, words) {
  return element(
    "button",
    { type: "button", class: "plain", "data-act": name, title: words },
    icon(name),
    element("span", { class: "label" }, words),
  );
}
