// What of the log is on this page. Everything takes its place by its number: what was seen is let
// pass, what skips a number is refused, what is lost is drawn where it is missing.

import { Coverage, completeness } from "./coverage.js";
import { messages as counted } from "./numbers.js";
import { Position } from "./position.js";

/**
 * @typedef {{id: number, at: string, from: {id: string, name: string}, key?: string, text?: string, data?: string, edited?: boolean, deleted?: boolean, edits?: number, deletes?: number}} Message
 */

export class Conversation {
  #view;
  #position;
  #coverage = new Coverage();
  #early = new Map();
  #oldest = 1;
  #head = 0;

  /**
   * @param {object} view draws it: message, prepend, find, replace, gap, seal
   * @param {string} [cursor] where the page that came ends
   */
  constructor(view, cursor) {
    this.#view = view;
    this.#position = new Position(cursor);
  }

  /** Which log it is that the numbers count. */
  get epoch() {
    return this.#position.epoch;
  }

  /** Where to resume from. */
  get cursor() {
    return this.#position.cursor;
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
   * @param {{oldest: number, first: number}} reach the oldest id kept, and the first from which on
   *   everything is here
   */
  adopt(messages, { oldest, first }) {
    this.#oldest = oldest;
    this.#head = this.#position.id;
    for (const message of messages) this.#view.message(message);
    this.#coverage.start(first <= this.#head ? first : null, this.#head);
  }

  /**
   * How many messages were missed, as far as the server's word goes.
   * @param {{epoch: string, head: number, oldest: number}} welcome
   */
  welcome({ epoch, head, oldest }) {
    this.#head = head;
    this.#oldest = oldest;
    return epoch === this.#position.epoch ? Math.max(0, head - this.#position.id) : 0;
  }

  /**
   * The next record of the log.
   * @param {Message} message
   * @returns {"seen" | "next" | "hole"} after a hole the page must resume from its cursor
   */
  take(message) {
    const place = this.#position.place(message.id);
    if (place !== "next") return place;
    this.#position.advance();
    this.#coverage.reach(message.id);
    if (message.edits ?? message.deletes) this.#amend(message);
    else this.#view.message(message);
    return place;
  }

  /** @param {{lost: [number, number] | null, epoch: string, oldest: number, head: number}} gap */
  gap(gap) {
    this.#position.skip(gap);
    this.#head = gap.head;
    this.#oldest = gap.oldest;
    if (gap.lost) this.#lose(gap.lost);
    else this.#startAnew();
  }

  /** Whether the server has sent more than what is here. @param {number} head */
  lacks(head) {
    this.#head = Math.max(this.#head, head);
    return this.#position.lacks(head);
  }

  /**
   * Older messages, from the server's history.
   * @param {{epoch: string, head: number, oldest: number, first: number, messages: Message[]}} page
   * @param {number} before the id before which they were asked for
   */
  older({ epoch, head, oldest, first, messages }, before) {
    // Rows that left the screen meanwhile would be a hole between this page and what is here.
    if (epoch !== this.#position.epoch || before !== this.#coverage.from) return;
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

  /** @param {boolean} welcomed whether a server that is there has told where its log ends */
  completeness(welcomed) {
    return completeness(this.#coverage, welcomed && !this.#position.lacks(this.#head));
  }

  #lose(lost) {
    this.#coverage.lose(lost);
    this.#view.gap(`${counted(...lost)} no longer kept`);
  }

  #startAnew() {
    this.#coverage.restart(this.#position.id);
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
