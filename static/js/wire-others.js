// Any other client: an address to connect with, and the stream of whatever did.

import { socketAddress } from "./address.js";
import { token } from "./client.js";
import { byId } from "./element.js";
import { keep, recall, storage } from "./storage.js";
import { WireStream } from "./wire-stream.js";

const KEY = "wire-secret";

export class Others {
  #on;
  #stream = null;
  #secret = "";
  #there = new Set();

  /** @param {{open: () => void, event: (event: any) => void, changed: () => void}} on */
  constructor(on) {
    this.#on = on;
    byId("wire-renew").addEventListener("click", () => this.#begin(token(18)));
  }

  /** The names of those that are connected now. */
  get names() {
    return [...this.#there];
  }

  /** Watches from now on, with the secret that this tab has had before. */
  begin() {
    if (!this.#stream) this.#begin(recall(KEY, storage("sessionStorage")) ?? token(18));
  }

  /** @param {boolean} open whether the strip is */
  show(open) {
    if (open) this.#stream?.connect();
    else this.#stream?.leave();
  }

  /** Where whoever connects is watched. @param {string} path @param {Record<string, string>} query */
  address(path, query = {}) {
    this.begin();
    return socketAddress(path, { ...query, wire: this.#secret });
  }

  /** @param {object} command */
  ask(command) {
    return this.#stream?.ask(command) ?? false;
  }

  #begin(secret) {
    keep(KEY, secret, storage("sessionStorage"));
    this.#secret = secret;
    this.#stream?.leave();
    this.#there.clear();
    this.#stream = new WireStream(secret, { ...this.#on, event: (event) => this.#told(event) });
    this.#stream.connect();
    byId("wire-address").textContent = this.address(document.body.dataset.socket);
    byId("wire-address-echo").parentElement.hidden = document.body.dataset.room === undefined;
    byId("wire-address-echo").textContent = this.address("/-/echo/ws");
    this.#count();
  }

  #told(event) {
    if (event?.type === "open") this.#there.add(event.connection);
    if (event?.type === "closed") this.#there.delete(event.connection);
    if (event?.type === "open" || event?.type === "closed") this.#count();
    this.#on.event(event);
  }

  #count() {
    const { size } = this.#there;
    byId("wire-others-now").textContent = size
      ? `${size} connected now`
      : "Nobody is connected yet";
    this.#on.changed();
  }
}
