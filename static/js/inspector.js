// The wire strip: every frame of this page's own connection, as the server saw it, on a stream of
// its own, so that looking changes nothing. Closed, it costs nothing.

import { socketAddress } from "./address.js";
import { Bottom } from "./bottom.js";
import { Connection, hurryOnReturn, read, SocketWay } from "./client.js";
import { byId } from "./element.js";
import { keep, recall } from "./storage.js";
import { WireLog } from "./wire-log.js";
import { roundTrip, wireRow } from "./wire-row.js";

const PING = JSON.stringify({ type: "ping" });
const WIDE = "(min-width: 1100px)";

export class Inspector {
  #log = new WireLog();
  #frames = byId("wire-frames");
  #bottom = new Bottom(byId("wire-scroll"), this.#frames);
  #stream;
  #watched = false;
  #greeted = false;

  /** @param {string} secret the right to look, which the watched connection was opened with */
  constructor(secret) {
    this.#stream = new Connection({
      ways: [new SocketWay(() => socketAddress(document.body.dataset.wirePath + secret))],
      on: {
        state: (state) => showState(state),
        open: () => this.#restarted(),
        frame: (data) => this.#told(read(data)),
      },
    });
    hurryOnReturn(this.#stream);
    this.#listen();
    this.#open(wanted());
  }

  /** The page's own socket is there, or is not. @param {boolean} connected */
  watched(connected) {
    this.#watched = connected;
    this.#greet();
  }

  #listen() {
    this.#frames.addEventListener("click", ({ target }) => {
      if (getSelection().isCollapsed) target.closest(".frame")?.classList.toggle("whole");
    });
    byId("wire-toggle").addEventListener("click", () => this.#choose(!this.#isOpen));
    byId("wire-hide").addEventListener("click", () => this.#choose(false));
    byId("wire-clear").addEventListener("click", () => this.#clear());
    byId("wire-ping").addEventListener("click", () => this.#stream.send(PING));
  }

  get #isOpen() {
    return document.body.dataset.wire === "open";
  }

  #choose(open) {
    keep("wire", open ? "open" : "closed");
    this.#open(open);
    if (!open) byId("wire-toggle").focus();
  }

  #open(open) {
    document.body.dataset.wire = open ? "open" : "closed";
    byId("wire-toggle").setAttribute("aria-expanded", String(open));
    this.#greeted = false;
    if (open) this.#stream.connect();
    else this.#stream.leave();
  }

  #restarted() {
    this.#log.restart();
    this.#greet();
  }

  // One ping as soon as there is something to ping, so that there is something to see.
  #greet() {
    if (!this.#greeted && this.#watched) this.#greeted = this.#stream.send(PING);
  }

  #told(event) {
    const row = event && wireRow(event);
    if (!row || !this.#log.add(event)) return;
    this.#frames.append(row);
    if (typeof event.round_trip === "number") showRoundTrip(event.round_trip);
    this.#trim();
  }

  #trim() {
    for (let excess = this.#log.trim(); excess > 0; excess--) this.#frames.firstChild.remove();
    byId("wire-dropped").hidden = this.#log.dropped === 0;
    byId("wire-dropped").textContent =
      `${this.#log.dropped.toLocaleString("en")} older frames are no longer shown`;
  }

  #clear() {
    this.#log.clear();
    this.#frames.replaceChildren();
    this.#trim();
    this.#bottom.go();
  }
}

function wanted() {
  const chosen = recall("wire");
  return chosen ? chosen === "open" : matchMedia(WIDE).matches;
}

function showRoundTrip(ms) {
  byId("wire-round-trip").textContent = roundTrip(ms);
  byId("wire-round-trip").parentElement.hidden = false;
}

const UNWATCHED = {
  waiting: "Not watching: the server does not answer",
  stopped: "Not watching: the server refused",
};

function showState({ is }) {
  byId("wire-state").textContent = UNWATCHED[is] ?? "";
}
