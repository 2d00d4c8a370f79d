// What the clients in a recording said, said again: each on a connection of its own, each message
// after the same wait, or all at once.

import { fromPairs } from "./hex.js";
import { micros } from "./wire-log.js";

/**
 * @typedef {import("./wire-log.js").WireEvent} WireEvent
 * @typedef {{after: number, data: string | Uint8Array}} Said `after` is milliseconds
 * @typedef {{path: string, query: Record<string, string>, subprotocol?: string, said: Said[]}} Conversation
 */

const HIDDEN = "…";
const LONGEST = 2 ** 31 - 1; // a timer for longer is over at once

/**
 * @param {WireEvent[]} events
 * @returns {{conversations: Conversation[], partial: number}} `partial` counts the messages that
 *   are in the recording in part only, and so cannot be said again
 */
export function conversationsIn(events) {
  const all = [];
  const current = new Map();
  let partial = 0;
  for (const event of events) {
    if (event.type === "open") {
      all.push(begin(event));
      current.set(event.connection, all.at(-1));
    }
    const conversation = current.get(event.connection);
    if (!conversation || !isMessage(event)) continue;
    if (isWhole(event))
      conversation.said.push({ after: micros(event.at) - conversation.at, data: data(event) });
    else partial += 1;
  }
  return { conversations: all.filter(({ said }) => said.length), partial };
}

function begin({ at, path = "/", query = "", subprotocol }) {
  const shown = [...new URLSearchParams(query)].filter(([, value]) => !value.includes(HIDDEN));
  return { at: micros(at), path, query: Object.fromEntries(shown), subprotocol, said: [] };
}

function isMessage({ type, from, opcode }) {
  return type === "frame" && from === "client" && (opcode === "text" || opcode === "binary");
}

function isWhole({ opcode, text, cut, fin }) {
  return !cut && fin !== false && (opcode === "binary" || text !== undefined);
}

function data({ opcode, text, hex = "" }) {
  return opcode === "text" ? text : fromPairs(hex);
}

/** Says conversations again, and can be stopped at any moment. */
export class Again {
  #sockets = new Set();
  #address;
  #on;
  #count = 0;

  /**
   * @param {(path: string, query: Record<string, string>) => string} address of a socket
   * @param {object} on
   * @param {(count: number) => void} on.said so many of the messages went out by now
   * @param {() => void} on.ended all has been said, or it was stopped
   */
  constructor(address, on) {
    this.#address = address;
    this.#on = on;
  }

  /**
   * @param {Conversation[]} conversations
   * @param {{atOnce: boolean, echo?: string}} how `echo` is the path of another socket to say it to
   */
  start(conversations, { atOnce, echo }) {
    this.#count = 0;
    for (const { said, ...to } of conversations) {
      const socket = this.#open(echo ? { path: echo, query: {} } : to);
      socket.addEventListener("open", () => this.#say(socket, said, atOnce));
    }
  }

  stop() {
    for (const socket of this.#sockets) socket.close(1000);
  }

  #open({ path, query, subprotocol }) {
    const socket = new WebSocket(this.#address(path, query), subprotocol ? [subprotocol] : []);
    this.#sockets.add(socket);
    socket.addEventListener("close", () => {
      this.#sockets.delete(socket);
      if (!this.#sockets.size) this.#on.ended();
    });
    return socket;
  }

  async #say(socket, said, atOnce) {
    const began = performance.now();
    for (const { after, data } of said) {
      if (!atOnce) await until(began + after);
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(data);
      this.#on.said(++this.#count);
    }
    // The server reads it after all the rest, and so has answered.
    socket.close(1000);
  }
}

function until(moment) {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.min(LONGEST, moment - performance.now()));
  });
}
