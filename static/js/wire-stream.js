// The stream of one secret: what is told on it, and what may be asked.

import { socketAddress } from "./address.js";
import { Connection, hurryOnReturn, read, SocketWay } from "./client.js";

export class WireStream {
  #connection;

  /**
   * @param {string} secret
   * @param {{state?: (state: {is: string}) => void, open: () => void, event: (event: any) => void}} on
   */
  constructor(secret, { state, open, event }) {
    this.#connection = new Connection({
      ways: [new SocketWay(() => socketAddress(document.body.dataset.wirePath + secret))],
      on: { state, open, frame: (data) => event(read(data)) },
    });
    hurryOnReturn(this.#connection);
  }

  connect() {
    this.#connection.connect();
  }

  leave() {
    this.#connection.leave();
  }

  /** @param {object} command @returns {boolean} whether it went out */
  ask(command) {
    return this.#connection.send(JSON.stringify(command));
  }
}
