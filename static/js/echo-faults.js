// What the echo can be asked to do wrong: the query parameters of its socket, as a form shows them.

/**
 * @typedef {object} Fault
 * @property {string} name the query parameter
 * @property {string} label
 * @property {string} says in one line, what it does
 * @property {string} [unit]
 * @property {"number" | "text" | "flag" | "choice"} [kind] a number unless it says otherwise
 * @property {[value: string, words: string][]} [choices]
 */

/** @type {{heading: string, faults: Fault[]}[]} */
export const GROUPS = [
  {
    heading: "Time",
    faults: [
      { name: "delay", label: "Delay", unit: "ms", says: "Each echo waits that long." },
      {
        name: "jitter",
        label: "Jitter",
        unit: "ms",
        says: "Up to that much longer, by chance. The order is kept.",
      },
      {
        name: "ping_every",
        label: "Ping every",
        unit: "ms",
        says: "The server pings that often, from 10 ms on.",
      },
    ],
  },
  {
    heading: "Chance",
    faults: [
      {
        name: "drop",
        label: "Drop",

        says: "From 0 to 1: with 0.3, three in ten are not echoed.",
      },
      {
        name: "duplicate",
        label: "Duplicate",

        says: "From 0 to 1: with 0.3, three in ten are echoed twice.",
      },
      { name: "seed", label: "Seed", says: "The same number, the same fates." },
    ],
  },
  {
    heading: "Silence",
    faults: [
      { name: "mute", label: "Mute", kind: "flag", says: "Takes everything, echoes nothing." },
      { name: "no_pong", label: "No pong", kind: "flag", says: "Pings are not answered." },
      {
        name: "hello",
        label: "Hello",
        kind: "flag",
        says: "The first message says what the server saw of the handshake.",
      },
    ],
  },
  {
    heading: "Frames",
    faults: [
      {
        name: "fragment",
        label: "Fragment",
        unit: "bytes",
        says: "No frame carries more; the rest continues.",
      },
      {
        name: "chunk",
        label: "Chunk",
        unit: "bytes",
        says: "Written to TCP in pieces of that size.",
      },
      {
        name: "max",
        label: "Longest",
        unit: "bytes",
        says: "A longer message is closed with 1009.",
      },
      {
        name: "compress",
        label: "Compression",
        kind: "choice",
        choices: [
          ["", "as usual"],
          ["0", "never"],
          ["1", "always"],
        ],
        says: "Not agreed to; or used for each echo, however short.",
      },
    ],
  },
  {
    heading: "The end",
    faults: [
      {
        name: "close_after",
        label: "Close after",
        unit: "messages",
        says: "0: as soon as the handshake is done.",
      },
      { name: "code", label: "Code", says: "Of that close; 1000 unless you say so." },
      { name: "reason", label: "Reason", kind: "text", says: "Of that close, 123 bytes at most." },
      {
        name: "abort",
        label: "Reset after",
        unit: "messages",
        says: "The TCP connection is reset, without a close frame.",
      },
    ],
  },
  {
    heading: "The handshake",
    faults: [
      {
        name: "handshake_status",
        label: "Status",
        says: "From 200 to 599, instead of 101: there is no WebSocket.",
      },
      {
        name: "handshake_delay",
        label: "Answer after",
        unit: "ms",
        says: "So late, the handshake is answered.",
      },
      {
        name: "subprotocol",
        label: "Subprotocol",
        kind: "text",
        says: "Answered with that, whether it was offered or not.",
      },
    ],
  },
];

export const NAMES = GROUPS.flatMap(({ faults }) => faults.map(({ name }) => name));

/**
 * What an address asks for: the parameters that are known here, and are not empty, in their order.
 * @param {Record<string, string> | string} asked as an object, or as a query
 * @returns {Record<string, string>}
 */
export function faultsOf(asked) {
  const given = new URLSearchParams(asked);
  const known = NAMES.filter((name) => given.get(name));
  return Object.fromEntries(known.map((name) => [name, given.get(name)]));
}

/** As the query of an address, "" when nothing is asked for. @param {Record<string, string>} faults */
export function queryOf(faults) {
  const query = new URLSearchParams(faults).toString();
  return query && `?${query}`;
}
