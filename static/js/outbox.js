// What was written is sent one at a time, in order, under one key, until the server acknowledges
// or refuses it. A lost connection loses nothing: the same key goes out again.

/**
 * @typedef {{key: string, text: string, at: string, state: "waiting" | "sent" | "later" | "refused", why?: string}} Entry
 */

export class Outbox {
  #entries = [];
  #open = false;
  #pause = null;
  #send;
  #changed;
  #after;

  /**
   * @param {object} given
   * @param {(entry: Entry) => boolean} given.send false when there is no connection to send on
   * @param {(entry: Entry) => void} given.changed called whenever an entry's state changes
   * @param {(ms: number, act: () => void) => unknown} [given.after]
   */
  constructor({ send, changed, after = (ms, act) => setTimeout(act, ms) }) {
    this.#send = send;
    this.#changed = changed;
    this.#after = after;
  }

  /** @returns {readonly Entry[]} in the order of writing */
  get entries() {
    return this.#entries;
  }

  /** @param {string} key */
  find(key) {
    return this.#entries.find((entry) => entry.key === key);
  }

  /**
   * @param {string} key
   * @param {string} text
   * @param {string} at when it was written
   */
  add(key, text, at) {
    const entry = { key, text, at, state: "waiting" };
    this.#entries.push(entry);
    this.#changed(entry);
    this.#next();
  }

  /** The server said welcome: what was in flight goes out again. */
  open() {
    this.#open = true;
    this.#next();
  }

  /** The connection is gone: nobody knows what became of the entry in flight. */
  close() {
    this.#open = false;
    const entry = this.#flying();
    if (entry) this.#enter(entry, "waiting");
  }

  /**
   * The server has it. Answers the entry, or undefined if it is not ours or was settled before.
   * @param {string} key
   */
  settle(key) {
    const entry = this.#take(key);
    this.#next();
    return entry;
  }

  /**
   * The server will never take it.
   * @param {string} key
   * @param {string} why
   */
  refuse(key, why) {
    const entry = this.find(key);
    if (entry) this.#enter(entry, "refused", why);
    this.#next();
  }

  /**
   * The one in flight is what broke the connection.
   * @param {string} why
   */
  refuseInFlight(why) {
    const entry = this.#flying();
    if (entry) this.#enter(entry, "refused", why);
  }

  /**
   * The server will take it later; the rest waits behind it, so that the order holds.
   * @param {string} key
   * @param {number} seconds
   * @param {string} why
   */
  postpone(key, seconds, why) {
    const entry = this.find(key);
    if (!entry) return;
    const pause = {};
    this.#pause = pause;
    this.#enter(entry, "later", why);
    this.#after(seconds * 1000, () => this.#resume(entry, pause));
  }

  /**
   * Its author gave it up.
   * @param {string} key
   */
  drop(key) {
    this.#take(key);
  }

  #resume(entry, pause) {
    if (this.#pause !== pause) return;
    this.#pause = null;
    if (entry.state === "later") this.#enter(entry, "waiting");
    this.#next();
  }

  #next() {
    if (!this.#open || this.#pause || this.#flying()) return;
    const entry = this.#entries.find(({ state }) => state === "waiting");
    if (entry && this.#send(entry)) this.#enter(entry, "sent");
  }

  #flying() {
    return this.#entries.find(({ state }) => state === "sent");
  }

  #take(key) {
    const entry = this.find(key);
    if (entry) this.#entries.splice(this.#entries.indexOf(entry), 1);
    return entry;
  }

  #enter(entry, state, why) {
    entry.state = state;
    entry.why = why;
    this.#changed(entry);
  }
}
