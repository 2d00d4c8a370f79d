// What of the log is on this page. Everything comes once and in the order of its numbers, and what
// is lost is drawn where it is missing.

import { Coverage, completeness } from "./coverage.js";
import { messages as counted } from "./numbers.js";

/** @typedef {import("./client.js").Message} Message */

export class Conversation {
  #view;
  #coverage = new Coverage();
  #early = new Map();
  #oldest = 1;

  /** Which log it is that the numbers count. @type {string | null} */
  epoch = null;

  /** @param {object} view draws it: message, prepend, find, replace, gap, seal */
  constructor(view) {
    this.#view = view;
  }

  /** The id before which older messages are to be asked for; null when there are none. */
  get before() {
    const { from, anew } = this.#coverage;
    return from !== null && !anew && this.#oldest < from ? from : null;
  }

  /** What to say above the first row, when nothing older is to be had. */
  get edge() {
    const first = this.#coverage.from ?? this.#coverage.to + 1;
    if (this.#coverage.anew || this.before !== null) return "";
    if (first > 1) return `${counted(1, first - 1)} no longer kept`;
    return this.#coverage.from === null ? "" : "This is where the conversation begins";
  }

  /**
   * The messages that the page came with become rows.
   * @param {Message[]} messages oldest first, edits folded in
   * @param {{epoch: string | null, oldest: number, first: number, last: number}} reach which log it
   *   is, the oldest id kept, and from which to which everything is here
   */
  adopt(messages, { epoch, oldest, first, last }) {
    this.epoch = epoch;
    this.#oldest = oldest;
    for (const message of messages) this.#view.message(message);
    this.#coverage.start(first <= last ? first : null, last);
  }

  /**
   * How many messages were missed, as far as the server's word goes.
   * @param {{epoch: string, head: number, oldest: number}} welcome
   */
  welcome({ epoch, head, oldest }) {
    this.#oldest = oldest;
    return epoch === this.epoch ? Math.max(0, head - this.#coverage.to) : 0;
  }

  /** The next record of the log. @param {Message} message */
  take(message) {
    this.#coverage.reach(message.id);
    if (message.edits ?? message.deletes) this.#amend(message);
    else this.#view.message(message);
  }

  /** @param {import("./client.js").Gap} gap */
  gap({ lost, epoch, oldest }) {
    this.epoch = epoch;
    this.#oldest = oldest;
    if (lost) this.#lose(lost);
    else this.#startAnew(oldest - 1);
  }

  /**
   * Older messages, from the server's history.
   * @param {{epoch: string, head: number, oldest: number, first: number, messages: Message[]}} page
   * @param {number} before the id before which they were asked for
   */
  older({ epoch, head, oldest, first, messages }, before) {
    // Rows that left the screen meanwhile would be a hole between this page and what is here.
    if (epoch !== this.epoch || before !== this.#coverage.from) return;
    this.#oldest = oldest;
    this.#view.prepend(messages.map((message) => this.#caughtUp(message, head)));
    this.#coverage.extend(first);
  }

  /** The first rows left the screen; this is the first that stayed. @param {number} id */
  trimmed(id) {
    this.#coverage.forget(id);
  }

  /** Whether this number is somewhere on the screen. @param {number} id */
  covers(id) {
    const { from, to, holes } = this.#coverage;
    const lost = holes.some(([first, last]) => first <= id && id <= last);
    return from !== null && from <= id && id <= to && !lost;
  }

  /** @param {boolean} current whether nothing is known to be missing after the last */
  completeness(current) {
    return completeness(this.#coverage, current);
  }

  #lose(lost) {
    this.#coverage.lose(lost);
    this.#view.gap(`${counted(...lost)} no longer kept`);
  }

  /** @param {number} before the id before the first of the new log */
  #startAnew(before) {
    this.#coverage.restart(before);
    this.#early.clear();
    this.#view.seal();
    this.#view.gap("The log of this room was started anew; what came before may be missing");
  }

  #amend(record) {
    const id = record.edits ?? record.deletes;
    const message = this.#view.find(id);
    if (message) this.#view.replace(amended(message, record));
    else this.#early.set(id, record);
  }

  // A page of history may be older than an edit that came while it was on its way.
  #caughtUp(message, head) {
    const record = this.#early.get(message.id);
    return record?.id > head ? amended(message, record) : message;
  }
}

/**
 * A message as it stands after an edit or a delete of it.
 * @param {Message} message
 * @param {Message} record
 * @returns {Message}
 */
export function amended(message, record) {
  const { text, data, edited, ...rest } = message;
  if (record.deletes || record.deleted) return { ...rest, deleted: true };
  return message.deleted ? message : { ...message, text: record.text, edited: true };
}
