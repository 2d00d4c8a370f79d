// What was seen, to be taken away: a line of JSON an event, or a HAR as Chrome's DevTools open it.

import { fromPairs } from "./hex.js";
import { opcodeNumber } from "./wire-facts.js";
import { micros } from "./wire-log.js";

/** @typedef {import("./wire-log.js").Entry} Entry */

/** So begins the comment of a message that says it is text, and has its bytes in base64. */
export const NO_TEXT = "no text: these are its bytes in base64";

/** @param {Entry[]} entries */
export function ndjson(entries) {
  return entries.map(({ event }) => `${JSON.stringify(event)}\n`).join("");
}

/**
 * HAR 1.2 with `_webSocketMessages`, an entry for each connection.
 * @param {Entry[]} entries
 * @param {string} origin as "ws://127.0.0.1:8888"
 * @param {string} version of this program
 */
export function har(entries, origin, version) {
  return {
    log: {
      version: "1.2",
      creator: { name: "WebSocket Broadcaster", version },
      entries: conversations(entries).map((some) => connection(some, origin)),
    },
  };
}

// A server that was restarted counts anew, so that a name may come again.
function conversations(entries) {
  const all = [];
  const current = new Map();
  for (const entry of entries) {
    const { type, connection } = entry.event;
    if (type === "open" || !current.has(connection)) {
      current.set(connection, []);
      all.push(current.get(connection));
    }
    current.get(connection).push(entry);
  }
  return all;
}

function connection(entries, origin) {
  const opened = entries.find(({ event }) => event.type === "open")?.event;
  const [first, last] = [entries[0].event, entries.at(-1).event];
  return {
    startedDateTime: (opened ?? first).at,
    time: Math.max(0, micros(last.at) - micros(first.at)),
    request: request(opened, origin),
    response: response(opened),
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
    connection: first.connection,
    _resourceType: "websocket",
    _webSocketMessages: entries.filter(({ event }) => event.type === "frame").map(message),
  };
}

function request(opened, origin) {
  const query = opened?.query ?? "";
  return {
    ...common(opened?.headers),
    method: "GET",
    url: `${origin}${opened?.path ?? "/"}${query && `?${query}`}`.replaceAll("…", "%E2%80%A6"),
    queryString: [...new URLSearchParams(query)].map(([name, value]) => ({ name, value })),
  };
}

function response(opened) {
  return {
    ...common(opened?.answer),
    status: 101,
    statusText: "Switching Protocols",
    content: { size: 0, mimeType: "x-unknown" },
    redirectURL: "",
  };
}

function common(headers = []) {
  return {
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: headers.map(([name, value]) => ({ name, value: value ?? "…" })),
    headersSize: -1,
    bodySize: 0,
  };
}

function message({ event }) {
  const { at, from, opcode, text, hex } = event;
  const comment = partly(event);
  return {
    type: from === "client" ? "send" : "receive",
    time: micros(at) / 1000,
    opcode: opcodeNumber(opcode),
    data: text ?? base64(hex ?? ""),
    ...(comment && { comment }),
  };
}

// What a message by itself cannot tell. Invalid UTF-8 is no text, nor is a piece of compressed one.
function partly({ opcode, text, cut, fin }) {
  const words = [
    opcode === "text" && text === undefined && NO_TEXT,
    cut && "only the beginning was kept",
    fin === false && "the first of several frames",
  ];
  return words.filter(Boolean).join("; ");
}

function base64(hex) {
  return btoa(Array.from(fromPairs(hex), (byte) => String.fromCharCode(byte)).join(""));
}
