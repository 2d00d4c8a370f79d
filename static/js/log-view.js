// The conversation as rows, in the log's order. What a row says is message-row.js, where runs and
// days begin is timeline.js, what is on its way is pending-view.js.

import { Bottom } from "./bottom.js";
import { byId } from "./element.js";
import { dayRow, gapRow, messageRow, noteRow } from "./message-row.js";
import { Newer } from "./newer.js";
import { dayName, dayOf, startsRun } from "./timeline.js";

// A tab may stay open for weeks, and the DOM must not grow for weeks. What leaves can be had again
// by scrolling up.
const MOST = 2000;
const SLACK = 200;

export class LogView {
  #list = byId("messages");
  #newer = new Newer(byId("newer"), newerWords);
  #bottom = new Bottom(byId("log"), byId("log-content"), () => this.#newer.clear());
  #rows = new Map();
  #changes = new Map();
  #fates;
  #me = "";
  #day = null;

  /** The message in the last row; null when that row is not a message. */
  last = null;

  /** Called with the first id that stayed when the first rows had to leave. */
  trimmed = (_id) => {};

  /** @param {(entry: import("./outbox.js").Entry) => object} fates what can be done about an entry */
  constructor(fates) {
    this.#fates = fates;
    byId("newer").addEventListener("click", () => this.toBottom());
  }

  /** Whose rows are one's own. @param {string} me */
  identify(me) {
    const before = this.#me;
    this.#me = me;
    if (before === me) return;
    for (const { message } of [...this.#rows.values()]) {
      if ([before, me].includes(message.from.id)) this.replace(message);
    }
  }

  /** The next message of the log. @param {import("./conversation.js").Message} message */
  message(message) {
    this.#openDay(message.at);
    this.#list.append(this.#draw(message, startsRun(this.last, message)));
    this.last = message;
    byId("teach").hidden = true;
    if (message.from.id !== this.#me && !this.#bottom.pinned) this.#newer.add();
    this.#trim();
  }

  /** Older messages, above all others. @param {import("./conversation.js").Message[]} messages */
  prepend(messages) {
    if (!messages.length) return;
    const top = this.#list.firstElementChild;
    this.#bottom.hold(this.#anchor(), () => {
      this.#list.prepend(...this.#older(messages));
      this.#seam(top, messages.at(-1));
    });
    byId("teach").hidden = true;
  }

  /** @param {number} id */
  find(id) {
    return this.#rows.get(id)?.message;
  }

  /** @param {number} id */
  rowOf(id) {
    return this.#rows.get(id)?.row;
  }

  /**
   * What a message will say when all that is on its way has arrived.
   * @param {import("./conversation.js").Message} message
   */
  wordsOf({ id, text }) {
    return this.#changes.get(id)?.change.text ?? text;
  }

  /** The last message that its author can still edit. */
  get lastOwn() {
    const going = (id) => this.#changes.get(id)?.change.kind === "delete";
    const own = ({ id, from, deleted, data }) =>
      from.id === this.#me && !deleted && data === undefined && !going(id);
    return [...this.#rows.values()]
      .map(({ message }) => message)
      .filter(own)
      .sort((a, b) => a.id - b.id)
      .at(-1);
  }

  /** A message has changed. @param {import("./conversation.js").Message} message */
  replace(message) {
    const old = this.#rows.get(message.id);
    if (!old) return;
    if (this.last?.id === message.id) this.last = message;
    old.message = message;
    // A row that is being edited is drawn when that is done.
    if (old.row.classList.contains("editing")) return;
    const anchor = this.#anchor();
    this.#bottom.hold(anchor === old.row ? undefined : anchor, () => {
      old.row.replaceWith(this.#draw(message, old.row.classList.contains("starts")));
    });
  }

  /**
   * What of one's own is on its way to change rows that are here.
   * @param {import("./outbox.js").Entry[]} entries edits and deletes
   * @param {string} reach how far the server is in reach
   * @returns {Set<string>} the keys of those whose rows are here
   */
  changing(entries, reach) {
    const before = this.#changes;
    this.#changes = new Map(entries.map((entry) => [entry.id, looksOf(entry, reach)]));
    for (const id of new Set([...before.keys(), ...this.#changes.keys()])) {
      const same = before.get(id)?.looks === this.#changes.get(id)?.looks;
      if (!same && this.find(id)) this.replace(this.find(id));
    }
    return new Set(entries.filter(({ id }) => this.find(id)).map(({ key }) => key));
  }

  /** @param {string} words */
  note(words) {
    const last = this.#list.lastElementChild;
    if (last?.classList.contains("note")) last.remove();
    this.#aside(noteRow(words));
  }

  /** @param {string} words */
  gap(words) {
    this.#aside(gapRow(words));
  }

  /** The rows so far belong to a log that is no more: their numbers mean nothing now. */
  seal() {
    this.changing([], "");
    for (const { row } of this.#rows.values()) {
      row.removeAttribute("data-id");
      row.querySelector(".acts")?.remove();
    }
    this.#rows.clear();
    this.#day = null;
  }

  /**
   * Changes something in the rows without moving who reads.
   * @param {() => void} change
   */
  hold(change) {
    this.#bottom.hold(this.#anchor(), change);
  }

  toBottom() {
    this.#bottom.go();
  }

  #aside(row) {
    this.#list.append(row);
    this.last = null;
  }

  #draw(message, starts) {
    const change = this.#changes.get(message.id)?.change;
    const own = message.from.id === this.#me;
    const row = messageRow(message, { starts, own, change, fate: change && this.#fates(change) });
    this.#rows.set(message.id, { message, row });
    return row;
  }

  #older(messages) {
    const rows = [];
    let before = null;
    for (const message of messages) {
      const day = dayOf(message.at);
      if (!before || day !== dayOf(before.at)) rows.push(dayRow(day, dayName(day, new Date())));
      rows.push(this.#draw(message, startsRun(before, message)));
      before = message;
    }
    return rows;
  }

  // Where what was there before begins: its day line and its author may have been said by now.
  #seam(top, before) {
    const first = top?.classList.contains("day") ? top.nextElementSibling : top;
    const message = this.find(Number(first?.dataset.id));
    if (!message) return;
    if (top !== first && dayOf(message.at) === dayOf(before.at)) top.remove();
    first.classList.toggle("starts", startsRun(before, message));
  }

  // The first row that a reader has in sight; a day line may have to go from above it.
  #anchor() {
    if (this.#bottom.pinned) return undefined;
    const { top } = byId("log").getBoundingClientRect();
    const inSight = (row) => row.getBoundingClientRect().bottom > top;
    return [...this.#list.querySelectorAll(":scope > :not(.day)")].find(inSight);
  }

  #trim() {
    if (!this.#bottom.pinned || this.#list.children.length <= MOST + SLACK) return;
    while (this.#list.children.length > MOST) this.#dropFirst();
    while (!this.#list.firstElementChild.dataset.id) this.#dropFirst();
    const first = this.find(Number(this.#list.firstElementChild.dataset.id));
    this.#list.firstElementChild.classList.add("starts");
    this.#list.prepend(dayRow(dayOf(first.at), dayName(dayOf(first.at), new Date())));
    this.trimmed(first.id);
  }

  #dropFirst() {
    const row = this.#list.firstElementChild;
    this.#rows.delete(Number(row.dataset.id));
    row.remove();
  }

  #openDay(at) {
    const day = dayOf(at);
    if (day === this.#day) return;
    this.#day = day;
    this.#list.append(dayRow(day, dayName(day, new Date())));
    this.#renameDays();
  }

  // "Today" is "Yesterday" by now.
  #renameDays() {
    for (const time of this.#list.querySelectorAll(".day time")) {
      time.textContent = dayName(time.dateTime, new Date());
    }
  }
}

function looksOf(change, reach) {
  const { kind, text, state, why, unkept } = change;
  return { change, looks: JSON.stringify([kind, text, state, why, unkept, reach]) };
}

function newerWords(count) {
  return count === 1 ? "1 new message" : `${count} new messages`;
}
