// What a watcher has the server do, on a connection whose secret it holds.

import { byId } from "./element.js";
import { explained } from "./wire-closes.js";

export class Acts {
  #form = byId("wire-act");
  #ask;
  #timer = 0;

  /** @param {(connection: string, command: object) => boolean} ask whether it went out */
  constructor(ask) {
    this.#ask = ask;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    byId("wire-act-ping").addEventListener("click", () => this.#act({ type: "ping" }));
    byId("wire-close").addEventListener("click", () => this.#close());
    byId("wire-repeat").addEventListener("click", () => this.#repeat());
    this.#form.elements.code.addEventListener("input", () => this.#explain());
    this.#explain();
  }

  /** Nothing is repeated any more. */
  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    byId("wire-repeat").setAttribute("aria-pressed", "false");
    byId("wire-repeat").textContent = "Repeat";
  }

  #field(name) {
    return this.#form.elements[name];
  }

  #act(command) {
    const done = this.#ask(this.#field("connection").value, command);
    byId("wire-error").textContent = done
      ? ""
      : "Nothing is watched there now, so nothing was done.";
    return done;
  }

  #send() {
    const fragments = this.#field("fragments").valueAsNumber || 1;
    return this.#act({
      type: "send",
      [this.#field("as").value]: this.#field("payload").value,
      fragments,
    });
  }

  #close() {
    const code = this.#field("code").valueAsNumber;
    const given = Number.isNaN(code) ? {} : { code };
    this.#act({ type: "close", ...given, reason: this.#field("reason").value });
  }

  #repeat() {
    if (this.#timer) return this.stop();
    if (!this.#form.reportValidity()) return;
    let left = this.#field("times").valueAsNumber || 1;
    const once = () => {
      if (left-- <= 0 || !this.#send()) this.stop();
    };
    this.#timer = setInterval(once, this.#field("every").valueAsNumber || 1000);
    byId("wire-repeat").setAttribute("aria-pressed", "true");
    byId("wire-repeat").textContent = "Stop";
  }

  #explain() {
    const code = this.#field("code").valueAsNumber;
    byId("wire-means").textContent = explained(Number.isNaN(code) ? 1005 : code);
  }
}
