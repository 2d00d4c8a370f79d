// A recording that somebody opens or drops on the strip: looked at in place of the live wire, and
// said again over it.

import { byId } from "./element.js";
import { numbers } from "./numbers.js";
import { Again, conversationsIn } from "./wire-again.js";
import { WireLog } from "./wire-log.js";
import { MOST_BYTES, readRecording } from "./wire-read.js";

const ECHO = "/-/echo/ws";
const MOST_CONNECTIONS = 100;

export class Recorded {
  #form = byId("wire-recorded");
  #on;
  #again;
  #conversations = [];
  #log = null;
  #running = false;

  /**
   * @param {object} on
   * @param {() => void} on.opened a file was read
   * @param {(log: WireLog | null) => void} on.show a recording, or null for the live wire
   * @param {(path: string, query: Record<string, string>) => string} on.address where a connection
   *   is watched by this strip
   */
  constructor(on) {
    this.#on = on;
    this.#again = new Again(on.address, () => this.#ended());
    byId("wire-file").addEventListener("change", ({ target }) => {
      this.#open(target.files);
      target.value = "";
    });
    byId("wire-recorded-show").addEventListener("click", () => this.#show(!this.#isShown));
    byId("wire-recorded-close").addEventListener("click", () => this.#close());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#sayOrStop();
    });
    this.#takeDrops(byId("wire"));
  }

  #takeDrops(target) {
    const carriesFile = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
    target.addEventListener("dragover", (event) => {
      if (carriesFile(event)) event.preventDefault();
    });
    target.addEventListener("drop", (event) => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      this.#open(event.dataTransfer.files);
    });
  }

  async #open([file]) {
    try {
      if (file.size > MOST_BYTES) throw new Error("This file is too big: 32 MB are read at most.");
      this.#keep(file.name, readRecording(await file.text()));
      byId("wire-error").textContent = "";
    } catch (error) {
      byId("wire-error").textContent = `${file.name}: ${error.message}`;
    }
  }

  #keep(name, events) {
    const { conversations, partial } = conversationsIn(events);
    this.#again.stop();
    this.#conversations = conversations.slice(0, MOST_CONNECTIONS);
    this.#log = new WireLog();
    for (const event of events) this.#log.add(event, false);
    byId("wire-recorded-name").textContent = name;
    byId("wire-recorded-what").textContent = words(events, this.#conversations, partial);
    byId("wire-again").disabled = !this.#conversations.length;
    this.#form.hidden = false;
    this.#on.opened();
    this.#show(true);
  }

  get #isShown() {
    return byId("wire-recorded-show").getAttribute("aria-pressed") === "true";
  }

  #show(recording) {
    byId("wire-recorded-show").setAttribute("aria-pressed", String(recording));
    this.#on.show(recording ? this.#log : null);
  }

  #close() {
    this.#again.stop();
    this.#form.hidden = true;
    this.#show(false);
  }

  // What is said again is seen on the live wire.
  #sayOrStop() {
    if (this.#running) return this.#again.stop();
    const { to, atOnce } = this.#form.elements;
    this.#running = true;
    byId("wire-again").textContent = "Stop";
    this.#show(false);
    this.#again.start(this.#conversations, {
      atOnce: atOnce.checked,
      echo: to.value === "echo" ? ECHO : undefined,
    });
  }

  #ended() {
    this.#running = false;
    byId("wire-again").textContent = "Say it again";
  }
}

function words(events, conversations, partial) {
  const said = conversations.reduce((sum, one) => sum + one.said.length, 0);
  const parts = [
    `${some(events.length, "event")}, ${some(said, "message")} of ${some(conversations.length, "connection")} to say again`,
    partial && `${some(partial, "more message")} recorded in part only`,
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}

function some(count, thing) {
  return `${numbers(count)} ${thing}${count === 1 ? "" : "s"}`;
}
