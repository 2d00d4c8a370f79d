// One frame, one row: which way, when, what, how big, what was in it. Control frames look
// different from data frames, since they are what page scripts never see.

import { meaning } from "./client.js";
import { element, icon } from "./element.js";
import { count } from "./hex.js";
import { clockMillis } from "./timeline.js";

const CONTROL = ["ping", "pong", "close"];
const ROWS = { open: openRow, frame: frameRow, closed: closedRow };

/**
 * A row for an event of the wire; null for an event that this page does not know.
 * @param {{type: string}} event
 * @returns {HTMLLIElement | null}
 */
export function wireRow(event) {
  return ROWS[event.type]?.(event) ?? null;
}

/** "0.4 ms" @param {number} ms */
export function roundTrip(ms) {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

function frameRow(event) {
  const control = CONTROL.includes(event.opcode);
  const sent = event.from === "client";
  return element(
    "li",
    {
      class: `frame ${control ? "control" : "data"} ${sent ? "sent" : "received"}`,
      "data-opcode": event.opcode,
      "data-direction": sent ? "sent" : "received",
    },
    direction(sent),
    moment(event),
    element("span", { class: "opcode" }, event.opcode),
    element("span", { class: "detail" }, ...detail(event)),
    element("span", { class: "size" }, size(event)),
    preview(event),
  );
}

function size({ size, compressed }) {
  return compressed ? `compressed to ${count(size)}` : count(size);
}

function direction(sent) {
  const words = sent ? "sent" : "received";
  return element("span", { class: "way", title: words }, icon(words), unseen(words));
}

function moment({ at }) {
  return element("time", { datetime: at }, clockMillis(at));
}

// A pong's answer time and a ping's few bytes fit beside the opcode; a close takes a line of words.
function detail({ opcode, code, round_trip, text, hex }) {
  if (opcode === "close") return [code ? String(code) : ""];
  if (!["ping", "pong"].includes(opcode)) return [];
  const took = typeof round_trip === "number" ? `${roundTrip(round_trip)} ` : "";
  return [took, element("code", { class: "payload-hex" }, text ?? hex ?? "")];
}

function preview({ opcode, code, reason, text, hex }) {
  if (opcode === "ping" || opcode === "pong") return null;
  const shown = opcode === "close" ? closeWords(code, reason) : (text ?? hex);
  return shown && element("code", { class: "preview" }, shown);
}

function openRow(event) {
  return connectionRow(event, "open", `${event.path} · ${event.subprotocol ?? "no subprotocol"}`);
}

function closedRow(event) {
  return connectionRow(
    event,
    "closed",
    `${event.code ?? ""} ${closeWords(event.code, event.reason)}`,
  );
}

function connectionRow(event, is, words) {
  return element(
    "li",
    { class: `frame connection ${is}`, "data-connection": event.connection },
    element("span", { class: "way" }),
    moment(event),
    element("span", { class: "opcode" }, is),
    element("span", { class: "detail" }, `${event.connection} · ${words}`),
  );
}

function closeWords(code, reason) {
  return `${meaning(code ?? 1005)}${reason ? `, “${reason}”` : ""}`;
}

function unseen(words) {
  return element("span", { class: "unseen" }, words);
}
