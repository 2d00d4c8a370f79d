// One real connection to the echo socket, from its handshake to its close, and all that the
// server saw of it: the page watches its own connection over another one.

import { socketAddress } from "./address.js";
import { token } from "./client.js";

const PATIENCE = 15_000;
const FAILED = "The server did not answer in time. Is it still there?";

/**
 * Connects, says the message, has itself pinged, and closes.
 * @param {{socket: string, wire: string}} paths of the echo socket, and of what watches
 * @param {{message: string | Uint8Array, code: number, reason: string}} script
 * @returns {Promise<{opened: object, frames: object[]}>} as the tap tells it (docs/protocol.md)
 */
export function record({ socket, wire }, { message, code, reason }) {
  const secret = token(18);
  const watcher = new WebSocket(socketAddress(wire + secret));
  const told = { opened: null, frames: [] };
  let asked = false;
  let watched = null;

  const connect = () => {
    watched = new WebSocket(socketAddress(socket, { wire: secret }));
    watched.onopen = () => watched.send(message);
    watched.onmessage = () => {
      asked = true;
      watcher.send(JSON.stringify({ type: "ping" }));
    };
  };

  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(FAILED));
    const act = {
      open: (event) => {
        told.opened = event;
      },
      frame: (event) => {
        told.frames.push(event);
        if (asked && event.opcode === "pong") watched.close(code, reason);
      },
      closed: () => resolve(told),
    };
    watcher.onopen = connect;
    watcher.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      act[event.type]?.(event);
    };
    watcher.onclose = fail;
    setTimeout(fail, PATIENCE);
  }).finally(() => {
    watched?.close(1000);
    watcher.close(1000);
  });
}
