// The state of the connection is always in sight, in words, with the one thing to do about it.
// The countdown is hidden from screen readers, which would read out every second of it.

import { byId } from "./element.js";

const WORDS = {
  idle: () => "Not connected",
  connecting: ({ again }) => (again ? "Connection lost, trying now" : "Connecting"),
  connected: ({ way }) => BY[way] ?? "Connected",
  waiting: ({ again }) => (again ? "Connection lost" : "No connection"),
  stopped: ({ words }) => words,
};
const BY = { stream: "Connected by HTTP", poll: "Connected by polling" };
const WHY =
  "No WebSocket gets through to the server from here, so this page uses requests. It tries again every minute or so.";
const ACTS = { waiting: "Try now", stopped: "Connect again" };

/**
 * What to say about a connection.
 * @param {import("./client.js").State} state
 * @param {boolean} online whether the browser thinks that there is a network
 */
export function wordsFor(state, online) {
  return online || state.is === "stopped" ? WORDS[state.is](state) : "You are offline";
}

/**
 * How long is still to wait, as the end of a sentence.
 * @param {import("./client.js").State} state
 * @param {number} now
 */
export function countdown({ is, until }, now) {
  if (is !== "waiting") return "";
  return `, trying again in ${Math.max(1, Math.ceil((until - now) / 1000))} s`;
}

export class StateLine {
  #state = { is: "connecting" };
  #line = byId("state");
  #words = byId("state-words");
  #count = byId("state-count");
  #act = byId("state-act");
  #ticking;

  /** @param {() => void} connect what the button does */
  constructor(connect) {
    this.#act.addEventListener("click", connect);
    addEventListener("online", () => this.show(this.#state));
    addEventListener("offline", () => this.show(this.#state));
  }

  /** @param {import("./client.js").State} state */
  show(state) {
    this.#state = state;
    this.#line.dataset.state = state.is;
    this.#line.classList.toggle(
      "away",
      state.is in ACTS || (state.again && state.is === "connecting"),
    );
    say(this.#words, wordsFor(state, navigator.onLine));
    this.#words.title = state.is === "connected" && state.way in BY ? WHY : "";
    this.#act.hidden = !(state.is in ACTS);
    say(this.#act, ACTS[state.is] ?? "");
    clearInterval(this.#ticking);
    if (state.is === "waiting") this.#ticking = setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  #tick() {
    say(this.#count, countdown(this.#state, Date.now()));
  }
}

// Writing the same words again would be announced again.
function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}
