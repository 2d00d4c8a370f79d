// What is half written outlives a reload, in this tab alone: two tabs may be writing two things.
// A browser that brings a tab back brings this back with it.

import { forget, keep, recall, storage } from "./storage.js";

export class Draft {
  #name;
  #where;

  /**
   * @param {string} room where it is being written
   * @param {Storage | null} [where]
   */
  constructor(room, where = storage("sessionStorage")) {
    this.#name = `draft.${encodeURIComponent(room)}`;
    this.#where = where;
  }

  /** @returns {string} */
  get text() {
    return recall(this.#name, this.#where) ?? "";
  }

  /** @param {string} text an empty one is nothing to keep */
  keep(text) {
    if (text) keep(this.#name, text, this.#where);
    else forget(this.#name, this.#where);
  }
}
