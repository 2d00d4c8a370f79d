// One tab sends at a time, so that what two tabs wrote goes out in the order of writing. The lease
// is a courtesy and runs out by itself: two tabs that take it in the same moment send a message
// twice, and the server, which knows its key, keeps it once. (navigator.locks would be the thing,
// but browsers withhold it over plain http.)

import { forget, keep, recall } from "./storage.js";

const LASTS = 3000;

export class Lease {
  #name;
  #where;
  #tab;
  #now;

  /**
   * @param {string} name what it is for
   * @param {Storage | null} where shared by those who ask for it; null: nobody else does
   * @param {string} tab who asks
   * @param {() => number} [now]
   */
  constructor(name, where, tab, now = () => Date.now()) {
    this.#name = `lease.${encodeURIComponent(name)}`;
    this.#where = where;
    this.#tab = tab;
    this.#now = now;
  }

  /** Takes it, or keeps it longer. @returns {boolean} false while another tab has it */
  take() {
    if (this.wait() > 0) return false;
    keep(this.#name, `${this.#now() + LASTS} ${this.#tab}`, this.#where);
    return true;
  }

  /** How long another tab may still have it, in milliseconds. */
  wait() {
    const [until, tab] = (recall(this.#name, this.#where) ?? "").split(" ");
    if (!tab || tab === this.#tab) return 0;
    // A clock that was set back must not give it away for hours.
    return Math.min(LASTS, Math.max(0, Number(until) - this.#now())) || 0;
  }

  release() {
    const holder = recall(this.#name, this.#where)?.split(" ")[1];
    if (holder === this.#tab) forget(this.#name, this.#where);
  }
}
