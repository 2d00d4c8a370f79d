// The one place that reads and writes frames of the room's wire: JSON objects, `type` says which.

import { numbers } from "./numbers.js";

/** The WebSocket subprotocol that the page speaks. */
export const SUBPROTOCOL = "broadcaster.v1.json";

const encoder = new TextEncoder();

// The server cannot read such a frame at all, and so cannot say in its answer which one it was.
const UNREADABLE = new Set(["bad_json", "bad_command", "bad_key"]);

/**
 * A frame that came in, as an event; null when it is nothing that this page understands.
 * @param {unknown} data
 * @returns {{type: string} | null}
 */
export function read(data) {
  try {
    const event = JSON.parse(data);
    return typeof event?.type === "string" ? event : null;
  } catch {
    return null;
  }
}

/**
 * What was written, as a frame: something said, or an edit or a delete of it.
 * @param {{kind: "say" | "edit" | "delete", key: string, id?: number, text?: string}} entry
 */
export function command({ kind, key, id, text }) {
  return JSON.stringify({ type: kind, key, id, text: text && wellFormed(text) });
}

/**
 * @param {string} name
 */
export function rename(name) {
  return JSON.stringify({ type: "rename", name: wellFormed(name) });
}

/**
 * Whether an error without a key is about the command in flight.
 * @param {{code: string, key?: string}} error
 */
export function isUnreadable({ code, key }) {
  return key === undefined && UNREADABLE.has(code);
}

/**
 * The size of a frame on the wire: limits are told in bytes, not in characters.
 * @param {string} frame
 */
export function bytes(frame) {
  return encoder.encode(frame).length;
}

/**
 * Why a frame cannot go out, in words; null when it fits.
 * @param {number} size
 * @param {number | undefined} limit
 * @returns {string | null}
 */
export function oversize(size, limit) {
  if (!limit || size <= limit) return null;
  return `This takes ${numbers(size)} bytes and the server takes ${numbers(limit)} at most. Nothing was sent; shorten it by ${numbers(size - limit)}.`;
}

// Half a surrogate pair, cut out of an emoji, is no Unicode text. (toWellFormed is still young.)
function wellFormed(text) {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
