// Older messages come as one scrolls up to them, or by the button above the first row, and nobody
// who reads is moved by it.

import { byId } from "./element.js";

const AHEAD = "400px 0px 0px 0px";

export class Older {
  #conversation;
  #reachable;
  #drawn;
  #loading = false;
  #failed = false;
  #watching = false;
  #observer;

  /**
   * @param {object} given
   * @param {import("./conversation.js").Conversation} given.conversation
   * @param {() => boolean} given.reachable whether there is a server to ask
   * @param {() => void} given.drawn called after more is on screen
   */
  constructor({ conversation, reachable, drawn }) {
    this.#conversation = conversation;
    this.#reachable = reachable;
    this.#drawn = drawn;
    byId("older").addEventListener("click", () => this.#load());
    this.#observer = new IntersectionObserver(
      ([{ isIntersecting }]) => isIntersecting && !this.#failed && this.#load(),
      { root: byId("log"), rootMargin: AHEAD },
    );
    this.show();
  }

  /** Says what there is above the first row, and looks whether a reader is there. */
  show() {
    const more = this.#conversation.before !== null;
    const words = this.#failed ? "Older messages could not be loaded." : this.#conversation.edge;
    byId("edge-words").textContent = words;
    byId("older").hidden = !more;
    byId("edge").hidden = !more && words === "";
    if (more !== this.#watching) this.#watch(more);
  }

  /** The server is there again. */
  retry() {
    this.#failed = false;
    this.#watching = false;
    this.show();
  }

  // Observing anew tells at once whether the edge is in sight.
  #watch(more) {
    this.#watching = more;
    this.#observer.disconnect();
    if (more) this.#observer.observe(byId("edge"));
  }

  async #load() {
    const before = this.#conversation.before;
    if (this.#loading || before === null || !this.#reachable()) return;
    this.#loading = true;
    this.#failed = false;
    try {
      this.#conversation.older(await page(before), before);
      this.#drawn();
    } catch {
      this.#failed = true;
    }
    this.#loading = false;
    this.#watching = false;
    this.show();
  }
}

async function page(before) {
  const answer = await fetch(`${location.pathname}?before=${before}`, {
    headers: { Accept: "application/json" },
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}
