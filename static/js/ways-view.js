// How one is connected, to be chosen: from a WebSocket back to what there was before, each with
// what it costs. What one is connected by is marked, which is not always what was chosen.

import { byId, element } from "./element.js";
import { numbers } from "./numbers.js";
import { median } from "./traffic.js";

const WAYS = {
  websocket: "WebSocket",
  events: "Server-Sent Events",
  stream: "A stream of lines",
  poll: "Long polling",
  ask: "Asking each second",
};
const HELD_OPEN = new Set(["events", "stream", "poll"]);
const SELDOM = 250;

export class WaysView {
  #traffic;
  #cells = new Map();
  #due = null;

  /**
   * @param {(way?: string) => void} use
   * @param {import("./traffic.js").Traffic} traffic
   */
  constructor(use, traffic) {
    this.#traffic = traffic;
    byId("ways-list").append(...Object.keys(WAYS).map((way) => this.#row(way)));
    byId("ways").addEventListener("change", ({ target }) => use(target.value || undefined));
  }

  /** @param {import("./client.js").State} state */
  show({ is, way }) {
    for (const [name, { row }] of this.#cells) {
      row.classList.toggle("here", is === "connected" && name === way);
    }
    byId("ways-limit").hidden = !HELD_OPEN.has(way);
    this.counted();
  }

  /** Something was counted: it is shown in a moment, with whatever else is by then. */
  counted() {
    this.#due ??= setTimeout(() => this.#draw(), SELDOM);
  }

  #draw() {
    this.#due = null;
    for (const [way, { requests, bytes, delay }] of this.#cells) {
      const count = this.#traffic.of(way);
      const middle = median(count.delays);
      requests.textContent = numbers(count.requests);
      bytes.textContent = numbers(count.sent + count.received);
      delay.textContent = middle === undefined ? "–" : `${numbers(Math.round(middle))} ms`;
    }
  }

  #row(way) {
    const [requests, bytes, delay] = ["requests", "bytes", "delay"].map((name) =>
      element("td", { class: `way-${name}` }),
    );
    const choice = element("input", { type: "radio", name: "way", value: way });
    const name = element("th", { scope: "row" }, element("label", {}, choice, ` ${WAYS[way]}`));
    const row = element("tr", {}, name, requests, bytes, delay);
    this.#cells.set(way, { row, requests, bytes, delay });
    return row;
  }
}
