// A recording read back: NDJSON as the strip saves it, or a HAR as the strip and DevTools do.
// Whoever wrote the file may be anybody: only what looks as it should is taken, and the rest is
// refused in words.

import { opcodeName } from "./wire-facts.js";

/** @typedef {import("./wire-log.js").WireEvent} WireEvent */

export const MOST_BYTES = 32 * 1024 * 1024;
const HEX = /^([0-9a-f]{2}( [0-9a-f]{2})*)?$/;
const TYPES = new Set(["open", "frame", "closed"]);

/** The shape of what a recording may tell; everything else in it is let go. */
const FIELDS = {
  from: (value) => value === "client" || value === "server",
  opcode: isString,
  size: isNumber,
  head: isHex,
  fin: isBoolean,
  compressed: isBoolean,
  masked: isBoolean,
  text: isString,
  hex: isHex,
  wire: isHex,
  cut: isBoolean,
  code: isNumber,
  reason: isString,
  round_trip: isNumber,
  path: isString,
  query: isString,
  subprotocol: isString,
  extensions: isString,
  headers: areHeaders,
  answer: areHeaders,
};

/**
 * The events in a file, as the wire told them.
 * @param {string} text
 * @returns {WireEvent[]}
 * @throws {Error} in words, when it is no recording
 */
export function readRecording(text) {
  const whole = parsed(text);
  const events = whole?.log ? har(whole) : ndjson(text);
  if (!events.length) throw new Error("Nothing of a WebSocket is in this file.");
  return events;
}

// -- a line of JSON an event ---------------------------------------------------------------------

function ndjson(text) {
  return text.split("\n").flatMap((line, at) => {
    if (!line.trim()) return [];
    const event = parsed(line);
    if (!TYPES.has(event?.type) || !isString(event.connection) || !isMoment(event.at))
      throw new Error(`Line ${at + 1} is no event of the wire, so this is no recording of it.`);
    return [cleaned(event)];
  });
}

function cleaned({ type, connection, at, ...rest }) {
  const known = Object.entries(rest).filter(([name, value]) => FIELDS[name]?.(value));
  return { type, connection, at, ...Object.fromEntries(known) };
}

// -- HAR -----------------------------------------------------------------------------------------

function har({ log }) {
  try {
    const entries = log.entries.filter(({ _webSocketMessages }) => _webSocketMessages);
    return entries.flatMap(connection);
  } catch {
    throw new Error("This looks like a HAR, but it cannot be read as one.");
  }
}

function connection(entry, at) {
  const { pathname, search } = new URL(entry.request.url);
  const name = isString(entry.connection) ? entry.connection : `har ${at + 1}`;
  const open = {
    type: "open",
    connection: name,
    at: iso(Date.parse(entry.startedDateTime)),
    path: pathname,
    query: decodeURIComponent(search.slice(1)),
    subprotocol: headerOf(entry.response, "sec-websocket-protocol"),
    headers: pairs(entry.request),
    answer: pairs(entry.response),
  };
  return [cleaned(open), ...entry._webSocketMessages.map((message) => frame(name, message))];
}

function frame(connection, { type, time, opcode, data, comment }) {
  const isText = opcode === 1 && !comment?.startsWith("no UTF-8");
  const bytes = isText ? new TextEncoder().encode(data) : fromBase64(data, opcode);
  return cleaned({
    type: "frame",
    connection,
    at: iso(time * 1000),
    from: type === "send" ? "client" : "server",
    opcode: opcodeName(opcode),
    size: bytes.length,
    cut: comment ? true : undefined,
    ...(isText ? { text: data } : { hex: hexOf(bytes) }),
  });
}

// What a control frame says the strip keeps as text where it is that.
function fromBase64(data, opcode) {
  try {
    return Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  } catch (error) {
    if (opcode < 8) throw error;
    return new TextEncoder().encode(data);
  }
}

function hexOf(bytes) {
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join(" ");
}

function pairs({ headers = [] }) {
  return headers.map(({ name, value }) => [name, value]);
}

function headerOf({ headers = [] }, wanted) {
  return headers.find(({ name }) => name.toLowerCase() === wanted)?.value;
}

/** @param {number} ms */
function iso(ms) {
  return new Date(ms).toISOString();
}

// -- shapes --------------------------------------------------------------------------------------

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isString(value) {
  return typeof value === "string";
}

function isNumber(value) {
  return Number.isFinite(value);
}

function isBoolean(value) {
  return typeof value === "boolean";
}

function isHex(value) {
  return isString(value) && HEX.test(value);
}

function isMoment(value) {
  return isString(value) && !Number.isNaN(Date.parse(value));
}

function areHeaders(value) {
  return (
    Array.isArray(value) &&
    value.every((pair) => isString(pair?.[0]) && (pair[1] === null || isString(pair[1])))
  );
}
