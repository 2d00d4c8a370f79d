// Where the page has a frame too, both views are one: when it was sent here and seen there tells
// how long it took one way, once it is known how far apart the two clocks are. They are taken to be
// as far apart as makes the quickest frame up as quick as the quickest down, which is true to half
// of the round trip that these two make.

import { micros } from "./wire-log.js";

// More than the server tells again when the strip is opened late.
const MOST = 200;

/** @typedef {import("./wire-log.js").WireEvent} WireEvent */

export class OneWay {
  #here = { client: [], server: [] };
  #there = { client: [], server: [] };
  #apart = new WeakMap();
  #least = { client: Number.POSITIVE_INFINITY, server: Number.POSITIVE_INFINITY };

  /** Called when more is known. */
  changed = () => {};

  /** The page begins a connection anew. */
  begin() {
    this.#here = { client: [], server: [] };
    this.#least = { client: Number.POSITIVE_INFINITY, server: Number.POSITIVE_INFINITY };
  }

  /**
   * The page sent a message, or one came.
   * @param {"client" | "server"} from
   * @param {string | ArrayBuffer} data
   * @param {number} at milliseconds since 1970
   */
  here(from, data, at) {
    this.#here[from].push({ data, at });
    if (this.#here[from].length > MOST) this.#here[from].shift();
    this.#pair(from);
  }

  /** The server saw something on the page's own connection. @param {WireEvent} event */
  there(event) {
    if (event.type === "open") this.#there = { client: [], server: [] };
    if (event.fin === false || !["text", "binary"].includes(event.opcode)) return;
    const waiting = this.#there[event.from];
    waiting.push(event);
    if (waiting.length > MOST) waiting.shift();
    this.#pair(event.from);
  }

  /**
   * How long a frame took, and by how much that may be wrong; null where it is not known.
   * @param {WireEvent} event
   * @returns {{ms: number, error: number} | null}
   */
  of(event) {
    const apart = this.#apart.get(event);
    const { client, server } = this.#least;
    if (apart === undefined || !Number.isFinite(client + server)) return null;
    const clocks = (client - server) / 2;
    const ms = event.from === "client" ? apart - clocks : apart + clocks;
    return { ms, error: (client + server) / 2 };
  }

  // Both are in the order of the connection, and the page may know of more: what it saw before the
  // server's account begins has nothing beside it.
  #pair(from) {
    const [here, there] = [this.#here[from], this.#there[from]];
    while (here.length && there.length) {
      const { data, at } = here.shift();
      if (!same(data, there[0])) continue;
      const event = there.shift();
      const seen = micros(event.at);
      const apart = from === "client" ? seen - at : at - seen;
      this.#apart.set(event, apart);
      this.#least[from] = Math.min(this.#least[from], apart);
      this.changed();
    }
  }
}

/**
 * A WebSocket that tells what goes through it, and when; undefined where there is none.
 * @param {OneWay} told
 */
export function timed(told) {
  if (!globalThis.WebSocket) return undefined;
  return class extends WebSocket {
    constructor(address, protocols) {
      super(address, protocols);
      told.begin();
      this.addEventListener("message", ({ data }) => told.here("server", data, now()));
    }

    send(data) {
      told.here("client", data, now());
      super.send(data);
    }
  };
}

function now() {
  return performance.timeOrigin + performance.now();
}

function same(data, { opcode, text, size, cut, compressed }) {
  if (opcode === "text") return cut ? String(data).startsWith(text) : data === text;
  return typeof data !== "string" && (compressed || data.byteLength === size);
}
