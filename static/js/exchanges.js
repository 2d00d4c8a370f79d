// Frames come back in the order they went out. So an answer belongs to the oldest that was the same,
// and those before it will not be answered any more; where none was the same, it is the oldest that
// came back different.

import { bytes } from "./client.js";

/**
 * @typedef {{sent: string | Uint8Array, size: number, started: number, state: "waiting" | "identical" | "different" | "unanswered" | "lost", answer?: string | Uint8Array, answerSize?: number, took?: number}} Exchange
 */

export class Exchanges {
  #waiting = [];
  /** @type {string | Uint8Array | null} */
  #last = null;

  /**
   * @param {string | Uint8Array} sent
   * @param {number} now milliseconds
   * @returns {Exchange}
   */
  send(sent, now) {
    const exchange = { sent, size: sizeOf(sent), started: now, state: "waiting" };
    this.#waiting.push(exchange);
    return exchange;
  }

  /**
   * What this frame settles: the exchange that it answers, last, and before it those that it shows
   * to be unanswered. Nothing when it answers nothing.
   * @param {string | Uint8Array} answer
   * @param {number} now milliseconds
   * @returns {Exchange[]}
   */
  receive(answer, now) {
    const at = this.#waiting.findIndex(({ sent }) => identical(sent, answer));
    if (at < 0 && (this.#waiting.length === 0 || this.repeats(answer))) return [];
    const settled = this.#waiting.splice(0, Math.max(at, 0) + 1);
    for (const exchange of settled) exchange.state = "unanswered";
    const exchange = settled.at(-1);
    Object.assign(exchange, {
      answer,
      state: at < 0 ? "different" : "identical",
      answerSize: sizeOf(answer),
      took: now - exchange.started,
    });
    this.#last = answer;
    return settled;
  }

  /** Whether this is the last answer once more. @param {string | Uint8Array} answer */
  repeats(answer) {
    return this.#last !== null && identical(this.#last, answer);
  }

  /**
   * The connection is gone, and with it every answer.
   * @returns {Exchange[]}
   */
  lose() {
    const lost = this.#waiting;
    this.#waiting = [];
    this.#last = null;
    for (const exchange of lost) exchange.state = "lost";
    return lost;
  }
}

/**
 * Same kind and same bytes.
 * @param {string | Uint8Array} one
 * @param {string | Uint8Array} other
 */
export function identical(one, other) {
  if (typeof one === "string" || typeof other === "string") return one === other;
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** Bytes on the wire. @param {string | Uint8Array} payload */
export function sizeOf(payload) {
  return typeof payload === "string" ? bytes(payload) : payload.length;
}
