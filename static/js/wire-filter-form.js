// The form of the filter: what is chosen there as a filter, and a bad expression in words.

import { byId } from "./element.js";
import { badExpression, EVERYTHING } from "./wire-filter.js";

const LATER = 150;

export class FilterForm {
  #form = byId("wire-filter");
  #changed;
  #timer = 0;

  /** @param {(filter: import("./wire-filter.js").Filter) => void} changed */
  constructor(changed) {
    this.#changed = changed;
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#read(), LATER);
    });
  }

  #read() {
    const data = new FormData(this.#form);
    const filter = {
      ...EVERYTHING,
      ...Object.fromEntries(data),
      heartbeats: data.has("heartbeats"),
      regex: data.has("regex"),
    };
    const bad = filter.regex ? badExpression(filter.text) : null;
    byId("wire-text").setAttribute("aria-invalid", String(Boolean(bad)));
    byId("wire-error").textContent = bad ?? "";
    if (!bad) this.#changed(filter);
  }
}
