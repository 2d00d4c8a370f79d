// One frame in full, below the list: each of its bits in words, and all that is known of what was
// in it. Text nodes only.

import { element } from "./element.js";
import { count } from "./hex.js";
import { jsonView } from "./json-view.js";
import { afterwards, explained } from "./wire-closes.js";
import {
  duration,
  headBytes,
  hexLines,
  jsonOf,
  messageId,
  opcodeNumber,
  wireBytes,
} from "./wire-facts.js";

const NOT_SHOWN = "not shown";
const MOST_SHOWN = 48 * 1024; // a multiple of three: pairs of hex are whole

/**
 * @param {import("./wire-log.js").Entry} entry
 * @param {{ms: number, error: number} | null} oneWay
 * @returns {(Node | null)[]}
 */
export function wireDetail({ event, own, delta }, oneWay) {
  const told = { open: opened, frame, closed }[event.type](event, own);
  const facts = [
    ["connection", own ? `${event.connection}, this page’s own` : event.connection],
    ["at", event.at],
    ["since the one before", delta === null ? null : duration(Math.max(0, delta))],
    [
      "one way",
      oneWay && `${duration(Math.max(0, oneWay.ms))}, give or take ${duration(oneWay.error)}`,
    ],
    ...told.facts,
  ];
  // What was said comes first; of a handshake, what came of it.
  return [...(told.body ?? []), table(facts), ...(told.more ?? [])];
}

function frame(event, own) {
  const { opcode, size, from, round_trip, code } = event;
  const id = messageId(event);
  const facts = [
    ["from", from],
    ["opcode", `0x${opcodeNumber(opcode).toString(16)} ${opcode}`],
    ...header(event),
    ["payload", size === undefined ? null : count(size)],
    ["message", id === undefined ? null : `number ${id}`],
    ["round trip", round_trip === undefined ? null : duration(round_trip)],
    ...(opcode === "close" ? ending(code ?? 1005, own, `the ${from}`) : []),
  ];
  return { facts, body: payload(event) };
}

// A recording by others has none.
function header(event) {
  const { head, fin, compressed, masked } = event;
  if (!head) return [];
  return [
    ["FIN", fin === false ? "0, the message goes on" : "1, the message ends here"],
    ["RSV1", compressed ? "1, compressed" : "0"],
    ["masked", masked ? "yes" : "no"],
    ["header", head],
    ["on the wire", `${count(wireBytes(event))}, ${headBytes(event)} of them the header`],
  ];
}

function ending(code, own, by) {
  return [
    ["code", `${code}, from ${by}`],
    ["means", explained(code)],
    ["then", own ? afterwards(code) : null],
  ];
}

function closed({ code, reason }, own) {
  const by = code === 1006 ? "nobody" : "the frames above";
  return { facts: [...ending(code, own, by), ["reason", reason]] };
}

function opened({ path, query, subprotocol, extensions, headers = [], answer = [] }) {
  return {
    facts: [
      ["path", path],
      ["query", query],
      ["subprotocol", subprotocol ?? "none"],
      ["extensions", extensions ?? "none"],
    ],
    more: [
      heading("Asked by the client"),
      table(headers.map(([name, value]) => [name, value ?? NOT_SHOWN])),
      heading("Answered by the server"),
      table([["HTTP/1.1", "101 Switching Protocols"], ...answer]),
    ],
  };
}

// The tap shows a beginning alone; a recording by others may hold a message of megabytes.
function payload(event) {
  const { text, hex = "", reason, opcode, size } = event;
  const shown = (opcode === "close" && reason) || text;
  const json = (shown ?? "").length > MOST_SHOWN ? undefined : jsonOf(event);
  const cut = event.cut || (shown ?? hex).length > MOST_SHOWN;
  return [
    size === 0 ? null : json === undefined ? plain(shown, hex) : jsonView(json),
    cut ? element("p", { class: "aside-note" }, "There is more; this is its beginning.") : null,
  ];
}

function plain(shown, hex) {
  if (shown !== undefined) return element("pre", { class: "text" }, shown.slice(0, MOST_SHOWN));
  return element("pre", { class: "hex" }, hexLines(hex.slice(0, MOST_SHOWN - 1)));
}

function heading(words) {
  return element("h3", {}, words);
}

function table(facts) {
  const rows = facts.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element(
    "dl",
    {},
    ...rows.map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, String(value))),
    ),
  );
}
