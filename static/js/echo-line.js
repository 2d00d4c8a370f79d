// The console's own connection, to one address at a time: kept, as far as the server lets it, and
// told as rows of the log, since how it goes is half of what there is to see here.

import { socketAddress } from "./address.js";
import { Connection, hurryOnReturn, meaning, SocketWay } from "./client.js";
import { refusalOf } from "./echo-refusal.js";
import { timed } from "./one-way.js";
import { duration } from "./wire-facts.js";

/**
 * @typedef {object} Hears
 * @property {(state: import("./client.js").State) => void} state
 * @property {(data: string | ArrayBuffer) => void} frame
 * @property {() => void} open
 * @property {() => void} lost what was on its way is gone
 * @property {(words: string) => void} refused the server will never take this address
 * @property {(state: "opening" | "opened" | "closed" | "refused", words: string) => void} tell
 */

export class EchoLine {
  #secret;
  #oneWay;
  #on;
  /** @type {Connection | null} */
  #connection = null;
  #forget = () => {};
  /** @type {Record<string, string>} */
  #faults = {};
  #opened = false;
  /** Whether it is known if the server takes this address; a plain one it always does. */
  #known = true;
  /** @type {string | null} */
  #ended = null;

  /**
   * @param {string} secret the right to look at it
   * @param {import("./one-way.js").OneWay} oneWay
   * @param {Hears} on
   */
  constructor(secret, oneWay, on) {
    this.#secret = secret;
    this.#oneWay = oneWay;
    this.#on = on;
  }

  get connected() {
    return this.#connection?.connected ?? false;
  }

  /** @param {string | Uint8Array} payload */
  send(payload) {
    this.#connection?.send(payload);
  }

  /** Connects anew, to an echo that does this wrong. @param {Record<string, string>} faults */
  connect(faults) {
    this.#leave();
    this.#faults = faults;
    this.#known = !this.#asked;
    this.#ended = null;
    this.#connection = this.#kept();
    this.#forget = hurryOnReturn(this.#connection);
    if (this.#asked) this.#on.tell("opening", `connecting, with ${this.#asked}`);
    this.again();
  }

  /** Connects once more, if it does not by itself. */
  again() {
    this.#connection?.connect();
  }

  #kept() {
    const query = { ...this.#faults, wire: this.#secret };
    const address = () => socketAddress(document.body.dataset.socket, query);
    const connection = new Connection({
      ways: [new SocketWay(address, [], timed(this.#oneWay))],
      on: {
        state: (state) => this.#changed(state),
        open: () => this.#open(),
        frame: (data) => this.#on.frame(data),
        close: (code, reason) => this.#close(code, reason),
      },
    });
    return connection;
  }

  #leave() {
    this.#forget();
    this.#connection?.leave();
    this.#opened = false;
    this.#on.lost();
  }

  #open() {
    this.#opened = true;
    this.#known = true;
    if (this.#ended || this.#asked) this.#on.tell("opened", "connected");
    this.#on.open();
  }

  #close(code, reason) {
    this.#ended = this.#opened ? closedWith(code, reason) : "no connection";
    if (!this.#opened && !this.#known) this.#inquire();
    this.#opened = false;
    this.#on.lost();
  }

  #changed(state) {
    this.#on.state(state);
    if (state.is === "waiting")
      this.#tellEnd(`next attempt in ${duration(state.until - Date.now())}`);
    if (state.is === "stopped") this.#tellEnd("no further attempt");
  }

  #tellEnd(next) {
    this.#on.tell("closed", `${this.#ended}; ${next}`);
  }

  // Why a handshake failed is withheld from pages. The same address, asked as a page, may say.
  async #inquire() {
    this.#known = true;
    const connection = this.#connection;
    const { words, final } = await refusalOf(
      socketAddress(document.body.dataset.socket, this.#faults),
    );
    if (connection !== this.#connection || this.connected) return;
    this.#on.tell("refused", words);
    if (final) this.#stop(words);
  }

  #stop(words) {
    this.#connection.leave();
    this.#on.state({
      ...this.#connection.state,
      is: "stopped",
      words: "The server refuses this address.",
    });
    this.#on.refused(words);
  }

  get #asked() {
    const asked = Object.entries(this.#faults).map(([name, value]) => `${name}=${value}`);
    return asked.join(", ");
  }
}

function closedWith(code, reason) {
  if (code === 1006) return meaning(code);
  return `closed with ${code} (${meaning(code)})${reason && `: “${reason}”`}`;
}
