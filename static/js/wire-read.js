// A recording read back: NDJSON as the strip saves it, or a HAR as the strip and DevTools do.
// Whoever wrote the file may be anybody: only what looks as it should is taken, and the rest is
// refused in words that say where it stands.

import { fromBase64, toPairs } from "./hex.js";
import { checked, isMoment, need, parsed } from "./wire-event.js";
import { opcodeName } from "./wire-facts.js";
import { micros } from "./wire-log.js";
import { NO_TEXT } from "./wire-save.js";

/** @typedef {import("./wire-log.js").WireEvent} WireEvent */

export const MOST_BYTES = 32 * 1024 * 1024;
const TEXT = 1;
const CONTROL = 8;
const LATEST = 8.64e12; // seconds, the last that a Date can be

/**
 * The events in a file, as the wire told them.
 * @param {string} text
 * @returns {WireEvent[]}
 * @throws {Error} in words, when it is no recording
 */
export function readRecording(text) {
  const { value, why } = parsed(text);
  const events = value?.log ? har(value.log) : ndjson(text, why);
  need(events.length, "Nothing of a WebSocket is in this file.");
  return events;
}

// -- a line of JSON an event ---------------------------------------------------------------------

function ndjson(text, why) {
  return text.split("\n").flatMap((line, at) => {
    if (!line.trim()) return [];
    return [where(`Line ${at + 1} is no event of the wire`, () => ofLine(line, at ? "" : why))];
  });
}

// Where not even the first line is JSON, the file may have been meant to be as a whole.
function ofLine(line, why) {
  const { value, why: here } = parsed(line);
  need(value !== undefined, `it is no JSON (${why || here})`);
  return checked(value);
}

// -- HAR -----------------------------------------------------------------------------------------

function har({ entries }) {
  need(Array.isArray(entries), "This looks like a HAR, but has no list of entries.");
  const names = new Set();
  const events = entries.flatMap((entry, at) =>
    entry?._webSocketMessages
      ? where(`Entry ${at + 1} of this HAR cannot be read`, () =>
          connection(entry, nameOf(entry, at + 1, names)),
        )
      : [],
  );
  return events.sort((one, other) => micros(one.at) - micros(other.at));
}

// DevTools tell which TCP connection it was, and that may be the same for two.
function nameOf({ connection }, number, names) {
  const name = names.has(connection) || !connection ? `har ${number}` : connection;
  names.add(name);
  return name;
}

function connection(entry, name) {
  const { request, response, startedDateTime: began, _webSocketMessages: messages } = entry;
  need(isMoment(began), "its “startedDateTime” is no time");
  need(URL.canParse(request?.url), "its request has no URL");
  need(Array.isArray(messages), "its messages are no list");
  const { pathname, search } = new URL(request.url);
  const open = checked({
    type: "open",
    connection: name,
    at: began,
    path: pathname,
    query: search.slice(1).replaceAll("%E2%80%A6", "…"),
    subprotocol: headerOf(response, "sec-websocket-protocol"),
    headers: pairs(request),
    answer: pairs(response),
  });
  const frames = messages.map((message, at) =>
    where(`message ${at + 1}`, () => checked(event(name, message ?? {}))),
  );
  return [open, ...frames];
}

function event(connection, { type, time, opcode, data, comment }) {
  need(Number.isFinite(time) && Math.abs(time) < LATEST, "its “time” is no time");
  need(typeof data === "string", "its “data” is no text");
  const common = { connection, at: iso(time) };
  // So Chrome's DevTools tell what a connection failed of.
  if (type === "error") return { ...common, type: "closed", code: 1006, reason: data };
  need(type === "send" || type === "receive", "its “type” is neither “send” nor “receive”");
  return {
    ...common,
    type: "frame",
    from: type === "send" ? "client" : "server",
    opcode: opcodeName(opcode),
    cut: comment ? true : undefined,
    ...payload(opcode, data, String(comment).startsWith(NO_TEXT)),
  };
}

function payload(opcode, data, broken) {
  if (opcode === TEXT && !broken)
    return { text: data, size: new TextEncoder().encode(data).length };
  const bytes = bytesOf(data, opcode);
  return { hex: toPairs(bytes), size: bytes.length };
}

// What a control frame says the strip keeps as text where it is that.
function bytesOf(data, opcode) {
  try {
    return fromBase64(data);
  } catch {
    need(opcode >= CONTROL, "its “data” is no base64");
    return new TextEncoder().encode(data);
  }
}

function pairs(half) {
  return Array.isArray(half?.headers) ? half.headers.map((one) => [one?.name, one?.value]) : [];
}

function headerOf(half, wanted) {
  return pairs(half).find(([name]) => String(name).toLowerCase() === wanted)?.[1];
}

/** A moment with its microseconds, which a Date has not. @param {number} seconds since 1970 */
function iso(seconds) {
  const all = Math.round(seconds * 1e6);
  const ms = Math.floor(all / 1000);
  return new Date(ms).toISOString().replace("Z", `${String(all - ms * 1000).padStart(3, "0")}Z`);
}

// -- both ----------------------------------------------------------------------------------------

function where(words, does) {
  try {
    return does();
  } catch (error) {
    throw new Error(`${words}: ${error.message}`);
  }
}
