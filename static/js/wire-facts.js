// What there is to say about one frame: pure words and numbers, for the row and for the whole.

import { read } from "./client.js";
import { numbers } from "./numbers.js";

const CONTROL = new Set(["ping", "pong", "close"]);
const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const HEX_LINE = 8;

/** @typedef {import("./wire-log.js").WireEvent} WireEvent */

/** @param {WireEvent} event */
export function isControl({ opcode }) {
  return CONTROL.has(opcode);
}

/** Signs of life: pings, pongs, and the heartbeats of the room. @param {WireEvent} event */
export function isHeartbeat({ opcode, text }) {
  return (
    opcode === "ping" || opcode === "pong" || (text?.startsWith('{"type":"heartbeat"') ?? false)
  );
}

/** The number of an opcode. @param {string} opcode */
export function opcodeNumber(opcode) {
  return OPCODES[opcode] ?? Number(opcode);
}

/** And the other way round. @param {number} number */
export function opcodeName(number) {
  const [name] = Object.entries(OPCODES).find(([, value]) => value === number) ?? [];
  return name ?? `0x${number.toString(16)}`;
}

/** Bytes before the payload. @param {WireEvent} event */
export function headBytes({ head }) {
  return head ? head.split(" ").length : 0;
}

/** Bytes of the whole frame. @param {WireEvent} event */
export function wireBytes(event) {
  return (event.size ?? 0) + headBytes(event);
}

/** "0.4 ms", "2.1 s", "3 min" @param {number} ms */
export function duration(ms) {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${numbers(Math.round(ms / 60_000))} min`;
}

/**
 * The JSON that a frame holds, if it holds an object or an array and all of it is shown.
 * @param {WireEvent} event
 */
export function jsonOf({ text, cut }) {
  if (cut || !/^\s*[{[]/.test(text ?? "")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The number in the log of the message that a frame is about. @param {WireEvent} event */
export function messageId(event) {
  const id = event.text ? read(event.text)?.id : undefined;
  return typeof id === "number" ? id : undefined;
}

/**
 * Bytes as lines: where they are, in hex, and what of them is ASCII.
 * @param {string} hex pairs with spaces between
 */
export function hexLines(hex) {
  const bytes = hex ? hex.split(" ") : [];
  const lines = [];
  for (let at = 0; at < bytes.length; at += HEX_LINE) {
    const line = bytes.slice(at, at + HEX_LINE);
    const offset = at.toString(16).padStart(4, "0");
    lines.push(`${offset}  ${line.join(" ").padEnd(3 * HEX_LINE)} ${line.map(ascii).join("")}`);
  }
  return lines.join("\n");
}

function ascii(pair) {
  const code = Number.parseInt(pair, 16);
  return code >= 32 && code < 127 ? String.fromCharCode(code) : "·";
}

/** What a search looks through. @param {WireEvent} event */
export function haystack(event) {
  if (event.type === "open")
    return `${event.path}?${event.query ?? ""} ${JSON.stringify(event.headers ?? [])}`;
  return [event.text ?? event.hex, event.code, event.reason].filter(Boolean).join(" ");
}
