// What of the log is to be seen now: filtered, and held still while it is paused.

import { haystack } from "./wire-facts.js";
import { EVERYTHING, passes } from "./wire-filter.js";

/** @typedef {import("./wire-log.js").Entry} Entry */

export class WireView {
  #log;
  #find;
  #next = 0;
  #searching = false;
  #run = 0;

  /** @type {Entry[]} */
  shown = [];
  /** @type {import("./wire-filter.js").Filter} */
  filter = EVERYTHING;
  paused = false;
  /** Whether the regular expression takes too long, and is let be. */
  tooSlow = false;

  /**
   * @param {import("./wire-log.js").WireLog} log
   * @param {(source: string, rows: [number, string][]) => Promise<Set<number> | null>} find
   *   tries a regular expression; null when that takes too long
   */
  constructor(log, find) {
    this.#log = log;
    this.#find = find;
  }

  /** How many came since the pause. */
  get waiting() {
    return this.paused ? Math.max(0, this.#log.first + this.#log.entries.length - this.#next) : 0;
  }

  /** @param {import("./wire-filter.js").Filter} filter */
  choose(filter) {
    this.filter = filter;
    this.tooSlow = false;
    this.restart();
  }

  /** Looks at another log. @param {import("./wire-log.js").WireLog} log */
  look(log) {
    this.#log = log;
    this.paused = false;
    this.restart();
  }

  /** Looks at all that is kept afresh. */
  restart() {
    this.shown = [];
    this.#next = 0;
    this.#searching = false;
    this.#run++;
  }

  /**
   * Takes what came since.
   * @param {() => void} [later] called when a search found more
   * @returns {number} how many of the oldest are no longer shown
   */
  update(later = () => {}) {
    if (this.paused) return 0;
    const gone = this.#forget();
    if (!this.#searching) this.#take(later);
    return gone;
  }

  #take(later) {
    const { entries, first } = this.#log;
    const fresh = entries.slice(Math.max(0, this.#next - first));
    this.#next = first + entries.length;
    const found = fresh.filter((entry) => passes(this.filter, entry));
    if (this.filter.regex && this.filter.text && !this.tooSlow && found.length) {
      this.#search(found, later);
    } else this.shown.push(...found);
  }

  async #search(found, later) {
    const run = this.#run;
    this.#searching = true;
    const hits = await this.#find(
      this.filter.text,
      found.map(({ n, event }) => [n, haystack(event)]),
    );
    if (run !== this.#run) return;
    this.#searching = false;
    this.tooSlow = hits === null;
    if (this.tooSlow) this.restart();
    else this.shown.push(...found.filter(({ n }) => hits.has(n)));
    later();
  }

  #forget() {
    const { first } = this.#log;
    const at = this.shown.findIndex(({ n }) => n >= first);
    const gone = at < 0 ? this.shown.length : at;
    this.shown.splice(0, gone);
    return gone;
  }
}
