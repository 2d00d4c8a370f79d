// A recording that somebody opens or drops on the page: looked at in place of the live wire, and
// said again over it.

import { byId } from "./element.js";
import { numbers } from "./numbers.js";
import { Again, conversationsIn } from "./wire-again.js";
import { enableDrops } from "./wire-drop.js";
import { WireLog } from "./wire-log.js";
import { MOST_BYTES, readRecording } from "./wire-read.js";

const ECHO = "/-/echo/ws";
const MOST_CONNECTIONS = 100;

export class Recorded {
  #form = byId("wire-recorded");
  #on;
  #again;
  #conversations = [];
  #what = "";
  #log = null;
  #shown = false;
  #running = false;

  /**
   * @param {object} on
   * @param {() => void} on.opened somebody brought a file, whatever is in it
   * @param {(log: WireLog | null) => void} on.show a recording, or null for the live wire
   * @param {(path: string, query: Record<string, string>) => string} on.address where a connection
   *   is watched by this strip
   */
  constructor(on) {
    this.#on = on;
    this.#again = new Again(on.address, {
      said: (count) => this.#said(count),
      ended: () => this.#ended(),
    });
    byId("wire-file").addEventListener("change", ({ target }) => {
      this.#open(target.files[0]);
      target.value = "";
    });
    byId("wire-recorded-show").addEventListener("click", () => this.#show(!this.#shown));
    byId("wire-recorded-close").addEventListener("click", () => this.#close());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#sayOrStop();
    });
    enableDrops((file) => this.#open(file));
  }

  /** Nothing is said again any more. */
  stop() {
    this.#again.stop();
  }

  async #open(file) {
    if (!file) return;
    this.#on.opened();
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
    this.stop();
    this.#conversations = conversations.slice(0, MOST_CONNECTIONS);
    this.#log = new WireLog();
    for (const event of events) this.#log.add(event, false);
    this.#what = words(events, this.#conversations, partial);
    byId("wire-recorded-name").textContent = name;
    byId("wire-recorded-what").textContent = this.#what;
    byId("wire-again").disabled = !this.#conversations.length;
    this.#form.hidden = false;
    this.#show(true);
  }

  #show(recording) {
    this.#shown = recording;
    byId("wire-recorded-show").textContent = recording ? "Back to live" : "Show it";
    this.#on.show(recording ? this.#log : null);
  }

  #close() {
    this.stop();
    this.#form.hidden = true;
    this.#log = null;
    this.#show(false);
  }

  // What is said again is seen on the live wire.
  #sayOrStop() {
    if (this.#running) return this.stop();
    const { to, atOnce } = this.#form.elements;
    this.#running = true;
    byId("wire-again").textContent = "Stop";
    this.#show(false);
    this.#again.start(this.#conversations, {
      atOnce: atOnce.checked,
      echo: to.value === "echo" ? ECHO : undefined,
    });
  }

  #said(count) {
    const all = messages(this.#conversations);
    byId("wire-recorded-what").textContent = `${numbers(count)} of ${some(all, "message")} said.`;
  }

  #ended() {
    this.#running = false;
    byId("wire-again").textContent = "Say it again";
  }
}

function messages(conversations) {
  return conversations.reduce((sum, { said }) => sum + said.length, 0);
}

function words(events, conversations, partial) {
  const parts = [
    `${some(events.length, "event")}, ${some(messages(conversations), "message")} of ${some(conversations.length, "connection")} to say again`,
    partial && `${some(partial, "more message")} recorded in part only`,
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}

function some(count, thing) {
  return `${numbers(count)} ${thing}${count === 1 ? "" : "s"}`;
}
