// A connection is kept, not opened once: the close code decides whether to come back, the wait is
// random, and there is never more than one socket.

import { backoff, within } from "./backoff.js";
import { stopped } from "./closes.js";

const STEADY = 10_000;
const PATIENCE = 15_000;
const RESTART_WINDOW = [0.2, 2];

const BROWSER = {
  open: (address, protocols) => new WebSocket(address, protocols),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  now: () => Date.now(),
  random: () => Math.random(),
};

/**
 * @typedef {{is: "idle" | "connecting" | "connected" | "waiting" | "stopped", again: boolean, until?: number, words?: string}} State
 */

export class Connection {
  #address;
  #protocols;
  #on;
  #edge;
  #socket = null;
  #cancel = () => {};
  #failures = 0;
  #window = null;
  #openedAt = null;
  #again = false;

  /** @type {State} */
  state = { is: "idle", again: false };

  /**
   * @param {object} given
   * @param {() => string} given.address asked anew for each attempt, since the name in it may change
   * @param {string[]} [given.protocols]
   * @param {{state?: (state: State) => void, open?: () => void, frame?: (data: unknown) => void, close?: (code: number, reason: string) => void}} given.on
   * @param {object} [given.edge] time, randomness and sockets, for the tests
   */
  constructor({ address, protocols = [], on, edge = BROWSER }) {
    this.#address = address;
    this.#protocols = protocols;
    this.#on = on;
    this.#edge = edge;
  }

  get connected() {
    return this.state.is === "connected";
  }

  /** Connects now, whatever was planned; does nothing while a socket is there. */
  connect() {
    if (this.#socket) return;
    this.#cancel();
    this.#socket = this.#edge.open(this.#address(), this.#protocols);
    this.#socket.binaryType = "arraybuffer";
    this.#listen(this.#socket);
    this.#enter("connecting");
    this.#cancel = this.#edge.after(PATIENCE, () => this.#closed(1006, "no answer"));
  }

  /** Connects now if it was only waiting for its moment. */
  hurry() {
    if (this.state.is === "waiting") this.connect();
  }

  /** Replaces a socket that may be dead without knowing it. */
  renew() {
    if (!this.#socket) return this.hurry();
    this.#closed(1006, "");
    this.connect();
  }

  /** What came on this socket cannot be right: comes back after a wait, like after any loss. */
  drop() {
    if (this.connected) this.#closed(1006, "");
  }

  /** Ends it until connect() is called. */
  leave() {
    this.#cancel();
    this.#release();
    this.#again = false;
    this.#enter("idle");
  }

  /**
   * @param {string | Uint8Array} data
   * @returns {boolean} whether there was a connection to send on
   */
  send(data) {
    if (!this.connected) return false;
    this.#socket.send(data);
    return true;
  }

  /**
   * The server is about to close and has named when to be back.
   * @param {[number, number]} window seconds
   */
  comeBackWithin(window) {
    this.#window = window;
  }

  #listen(socket) {
    const mine = (act) => (event) => socket === this.#socket && act(event);
    socket.addEventListener(
      "open",
      mine(() => this.#opened()),
    );
    socket.addEventListener(
      "message",
      mine(({ data }) => this.#on.frame?.(data)),
    );
    socket.addEventListener(
      "close",
      mine(({ code, reason }) => this.#closed(code, reason)),
    );
  }

  #opened() {
    this.#cancel();
    this.#openedAt = this.#edge.now();
    this.#again = true;
    this.#enter("connected");
    this.#on.open?.();
  }

  #closed(code, reason) {
    this.#cancel();
    this.#release();
    this.#on.close?.(code, reason);
    const words = stopped(code, reason);
    if (words) this.#enter("stopped", { words });
    else this.#wait(code);
  }

  #wait(code) {
    const ms = this.#delay(code);
    this.#cancel = this.#edge.after(ms, () => this.connect());
    this.#enter("waiting", { until: this.#edge.now() + ms });
  }

  #delay(code) {
    if (this.#openedAt !== null && this.#edge.now() - this.#openedAt >= STEADY) this.#failures = 0;
    const window =
      this.#window ?? (code === 1012 && this.#openedAt !== null ? RESTART_WINDOW : null);
    this.#window = null;
    this.#openedAt = null;
    return window
      ? within(window, this.#edge.random)
      : backoff(this.#failures++, this.#edge.random);
  }

  #release() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #enter(is, more = {}) {
    this.state = { is, again: this.#again, ...more };
    this.#on.state?.(this.state);
  }
}

/**
 * The address of a WebSocket on the host that this page came from.
 * @param {string} path
 * @param {Record<string, string>} [query]
 */
export function socketAddress(path, query = {}) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const search = new URLSearchParams(query).toString();
  return `${scheme}//${location.host}${path}${search && `?${search}`}`;
}
