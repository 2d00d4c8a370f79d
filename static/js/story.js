// What was recorded, in the order in which it is told: the message and its echo, the ping that was
// asked for and its pong, the two closes. The server may ping by itself meanwhile; that is left out.

import { sizeOnWire } from "./frame-bytes.js";

const DATA = ["text", "binary", "continuation"];

/**
 * @param {object[]} frames as the tap told them
 * @returns {{message: object[], ping: object[], close: object[]}}
 */
export function story(frames) {
  const pong = frames.findLast(({ opcode, from }) => opcode === "pong" && from === "client");
  const asks = ({ opcode, text }) => opcode === "ping" && text === pong.text;
  return {
    message: frames.filter(({ opcode }) => DATA.includes(opcode)),
    ping: pong ? [...frames.filter(asks), pong] : [],
    close: frames.filter(({ opcode }) => opcode === "close"),
  };
}

/** Milliseconds from one moment to another, which have microseconds. */
export function between(from, to) {
  return Date.parse(to) - Date.parse(from) + (micros(to) - micros(from)) / 1000;
}

/** What all these frames took. @param {object[]} frames */
export function bytesOf(frames) {
  return frames.reduce((sum, frame) => sum + sizeOnWire(frame), 0);
}

// Behind the milliseconds, which Date knows.
function micros(at) {
  return Number((/\.\d{3}(\d{3})/.exec(at) ?? [0, 0])[1]);
}
