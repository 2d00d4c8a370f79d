// Frames come back in the order they went out, so the oldest unanswered one is the one answered.

import { bytes } from "./client.js";

/**
 * @typedef {{sent: string | Uint8Array, size: number, started: number, state: "waiting" | "identical" | "different" | "lost", answer?: string | Uint8Array, answerSize?: number, took?: number}} Exchange
 */

export class Exchanges {
  #waiting = [];

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
   * The exchange that this frame answers; undefined when nothing was asked.
   * @param {string | Uint8Array} answer
   * @param {number} now milliseconds
   * @returns {Exchange | undefined}
   */
  receive(answer, now) {
    const exchange = this.#waiting.shift();
    if (!exchange) return undefined;
    const state = identical(exchange.sent, answer) ? "identical" : "different";
    return Object.assign(exchange, {
      answer,
      state,
      answerSize: sizeOf(answer),
      took: now - exchange.started,
    });
  }

  /**
   * The connection is gone, and with it every answer.
   * @returns {Exchange[]}
   */
  lose() {
    const lost = this.#waiting;
    this.#waiting = [];
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
