// Who one is in this tab: the person whom the browser's cookie names, or somebody whom this tab
// alone holds. The page knows both from the first moment, and so can tell its own rows.

import { suggestion } from "./names.js";
import { keepSomebody, recallSomebody } from "./somebody.js";
import { keep, recall } from "./storage.js";

export class Whoami {
  #somebody = recallSomebody();
  #cookie;

  id = "";
  name = "";

  /** @param {string} cookie whom the cookie names */
  constructor(cookie) {
    this.#cookie = cookie;
    this.#begin();
  }

  /** Whether this tab alone is this person. */
  get alone() {
    return this.#somebody !== null;
  }

  /** What proves it; "" where the cookie does. */
  get token() {
    return this.#somebody?.token ?? "";
  }

  /** Whether the server took the proof. @param {string} id whom it welcomed */
  isTaken(id) {
    return !this.alone || this.#somebody.id === id;
  }

  /** @param {string} id */
  identify(id) {
    this.id = id;
    if (!this.alone) this.#cookie = id;
  }

  /** @param {string} name */
  rename(name) {
    this.name = name;
    if (this.alone) keepSomebody(Object.assign(this.#somebody, { name }));
    else keep("name", name);
  }

  /** @param {import("./somebody.js").Somebody | null} somebody null: oneself again */
  become(somebody) {
    this.#somebody = somebody;
    keepSomebody(somebody);
    this.#begin();
  }

  #begin() {
    this.id = this.#somebody?.id ?? this.#cookie;
    this.rename(this.#somebody?.name ?? (recall("name") || suggestion(Math.random)));
  }
}
