// One event, one row of two lines: which way, when, what, how big; below, what was in it. Every
// row is as high as any other, so that only those on screen need be drawn.

import { meaning } from "./client.js";
import { element, icon } from "./element.js";
import { count } from "./hex.js";
import { clockMillis } from "./timeline.js";
import { duration, isControl } from "./wire-facts.js";

const PREVIEW = 200;

/**
 * @param {import("./wire-log.js").Entry} entry
 * @returns {HTMLLIElement}
 */
export function wireRow(entry) {
  const { n, event, own } = entry;
  const sent = event.from === "client";
  return element(
    "li",
    {
      id: `frame-${n}`,
      role: "option",
      "aria-selected": "false",
      class: `frame ${event.type} ${isControl(event) ? "control" : "data"}`,
      "data-opcode": event.opcode,
      "data-direction": event.from && (sent ? "sent" : "received"),
      "data-connection": event.connection,
    },
    direction(event, sent),
    element("time", { datetime: event.at }, clockMillis(event.at)),
    element("span", { class: "opcode" }, event.opcode ?? event.type),
    element("span", { class: "detail" }, detail(event), " ", element("span", { class: "one-way" })),
    element("span", { class: "size" }, event.size === undefined ? "" : count(event.size)),
    element("span", { class: "delta" }, since(entry)),
    element("code", { class: "preview" }, own ? "" : `${event.connection} `, preview(event)),
  );
}

/**
 * How long a frame took one way, which may be known only later, and better later still.
 * @param {HTMLElement} row
 * @param {{ms: number, error: number} | null} oneWay
 */
export function showOneWay(row, oneWay) {
  const told = row.querySelector(".one-way");
  const words = oneWay ? `≈ ${duration(Math.max(0, oneWay.ms))}` : "";
  if (told.textContent === words) return;
  told.textContent = words;
  told.title = `one way, give or take ${duration(oneWay?.error ?? 0)}`;
}

/** "+0.4 ms" @param {import("./wire-log.js").Entry} entry */
export function since({ delta }) {
  return delta === null ? "" : `+${duration(Math.max(0, delta))}`;
}

function direction({ from }, sent) {
  const words = sent ? "sent" : "received";
  if (!from) return element("span", { class: "way" });
  return element(
    "span",
    { class: `way ${words}`, title: words },
    icon(words),
    element("span", { class: "unseen" }, words),
  );
}

function detail({ opcode, code, round_trip, compressed, fin }) {
  if (opcode === "close") return code ? String(code) : "";
  if (typeof round_trip === "number") return duration(round_trip);
  return [fin === false && "goes on", compressed && "deflated"].filter(Boolean).join(", ");
}

function preview(event) {
  if (event.type === "open") return `${event.path} · ${event.subprotocol ?? "no subprotocol"}`;
  if (event.type === "closed" || event.opcode === "close") return closeWords(event);
  return (event.text ?? event.hex ?? "").slice(0, PREVIEW);
}

function closeWords({ type, code, reason }) {
  const number = type === "closed" ? `${code} ` : "";
  return `${number}${meaning(code ?? 1005)}${reason ? `, “${reason}”` : ""}`;
}
