// A frame taken apart as RFC 6455 section 5.2 puts it together: each bit of its first two bytes,
// each group of the bytes behind them, with what it is and what it means here.

import { characters } from "./characters.js";
import { meaning } from "./client.js";
import { count, parse } from "./hex.js";
import { numbers } from "./numbers.js";

/**
 * @typedef {object} Group
 * @property {string} name
 * @property {string} value what it comes to, in a word or two
 * @property {string} says why it is there
 * @property {number} [octet] the byte that these bits are of
 * @property {string} [bits]
 * @property {Uint8Array} [bytes]
 * @property {Column[]} [columns] a payload, byte by byte
 * @property {number} [more] how many of its bytes are not shown
 *
 * @typedef {{wire: number, key?: number, plain?: number, character?: string}} Column
 */

const OPCODES = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};
const READABLE = ["text", "ping", "pong"];
const SHOWN = 40;
const encoder = new TextEncoder();

/**
 * @param {object} frame an event of the tap (docs/protocol.md)
 * @param {boolean} deflates whether the handshake agreed on compression
 * @returns {Group[]} from its first bit to its last byte
 */
export function dissect(frame, deflates) {
  const head = parse(frame.head).bytes;
  const key = head[1] & 0x80 ? head.subarray(-4) : undefined;
  return [
    ...firstByte(head[0], deflates),
    ...secondByte(head[1], frame.size),
    ...longLength(head, frame.size),
    ...(key ? [maskingKey(key)] : []),
    ...payload(frame, key),
  ];
}

/** How many bytes a frame took. @param {{head: string, size: number}} frame */
export function sizeOnWire({ head, size }) {
  return parse(head).bytes.length + size;
}

function firstByte(octet, deflates) {
  const bit = (at) => (octet >> at) & 1;
  return [
    { octet, name: "FIN", bits: String(bit(7)), ...fin(bit(7)) },
    { octet, name: "RSV1", bits: String(bit(6)), ...rsv1(bit(6), deflates) },
    { octet, name: "RSV2", bits: String(bit(5)), ...RESERVED },
    { octet, name: "RSV3", bits: String(bit(4)), ...RESERVED },
    { octet, name: "opcode", bits: binary(octet & 15, 4), ...opcode(octet & 15) },
  ];
}

const RESERVED = {
  value: "kept free",
  says: "For extensions of a kind that nobody has agreed on here. If it were 1, whoever reads this would have to close the connection.",
};

function fin(bit) {
  return {
    value: bit ? "the last frame" : "more follows",
    says: "A message may come in several frames, and only the last has 1 here. So one can begin to send what one does not know the length of yet. Control frames are always whole.",
  };
}

function rsv1(bit, deflates) {
  if (!deflates) return { ...RESERVED, value: "not compressed" };
  if (!bit) {
    return {
      value: "not compressed",
      says: "The first of three bits for extensions. permessage-deflate, which the handshake agreed on, says with it that a message is compressed. This one is not: it is a control frame, or too short to gain by it.",
    };
  }
  return {
    value: "compressed",
    says: "The first of three bits for extensions. permessage-deflate, which the handshake agreed on, says with it that this message is compressed.",
  };
}

function opcode(code) {
  return {
    value: OPCODES[code] ?? "unknown",
    says: "What kind of frame this is: 0 goes on with a message, 1 is text in UTF-8, 2 binary; 8 close, 9 ping and 10 pong are control frames, which may come even between the frames of one message.",
  };
}

function secondByte(octet, size) {
  const masked = octet >> 7;
  return [
    { octet, name: "MASK", bits: String(masked), ...mask(masked) },
    { octet, name: "length", bits: binary(octet & 127, 7), ...shortLength(octet & 127, size) },
  ];
}

function mask(bit) {
  if (!bit) {
    return {
      value: "not masked",
      says: "What a server sends never is: nobody else chose its bytes.",
    };
  }
  return {
    value: "masked",
    says: "Every frame from a client is, and a server closes the connection on one that is not. Otherwise a page could make a browser write bytes of the page’s choosing, which a careless proxy might take for a request and its answer.",
  };
}

function shortLength(number, size) {
  if (number < 126) {
    return {
      value: count(size),
      says: "How long the payload is. Seven bits count to 127, but 126 and 127 are kept to say that the length is longer. A control frame never needs them: it has 125 bytes at most.",
    };
  }
  const next = number === 126 ? "two" : "eight";
  return {
    value: `${number}: see the next ${next} bytes`,
    says: `${number} is not a length. It says that the length did not fit here and is in the next ${next} bytes.`,
  };
}

function longLength(head, size) {
  const width = { 126: 2, 127: 8 }[head[1] & 127];
  if (!width) return [];
  return [
    {
      name: `${8 * width}-bit length`,
      bytes: head.subarray(2, 2 + width),
      value: count(size),
      says: `The length of the payload, the most significant byte first. A length has to take as few bytes as it can: this form is for ${width === 2 ? "126 to 65,535 bytes" : "65,536 bytes and more"}.`,
    },
  ];
}

function maskingKey(bytes) {
  return {
    name: "masking key",
    bytes,
    value: "4 random bytes",
    says: "Your browser chose them for this frame alone, and shows them to no page: the server told them to this one. Each byte of the payload was combined (XOR) with one of them in turn, and the same again undoes it.",
  };
}

function payload(frame, key) {
  if (!frame.size) return [];
  const plain = onTheWire(frame);
  if (frame.opcode === "close") return closing(frame, plain, key);
  const reads = READABLE.includes(frame.opcode) && !frame.compressed;
  const all = {
    name: "payload",
    value: count(frame.size),
    says: inside(frame),
    ...columns(plain, key, { to: frame.size, reads }),
  };
  return frame.compressed ? [all, inflated(frame)] : [all];
}

function closing({ size, code }, plain, key) {
  const parts = [{ ...closeCode(code), ...columns(plain, key, { to: 2, reads: false }) }];
  if (size > 2)
    parts.push({ ...REASON, ...columns(plain, key, { from: 2, to: size, reads: true }) });
  return parts;
}

/** The payload's beginning as it stood on the wire, unmasked. */
function onTheWire({ wire, hex, text }) {
  const digits = wire ?? hex;
  return digits === undefined ? encoder.encode(text ?? "") : parse(digits).bytes;
}

function columns(plain, key, { from = 0, to, reads }) {
  const end = Math.min(to, from + SHOWN, plain.length);
  const bytes = plain.subarray(from, end);
  const read = reads && characters(bytes);
  const shown = Array.from(bytes, (byte, at) => ({
    ...masking(byte, key?.[(from + at) % 4]),
    ...(read && { character: read[at] }),
  }));
  return { columns: shown, more: to - end };
}

function masking(byte, key) {
  return key === undefined ? { wire: byte } : { wire: byte ^ key, key, plain: byte };
}

const WORDS = {
  text: "The message, in UTF-8: a character outside of ASCII takes two to four bytes.",
  binary: "The message, byte for byte: what it means is between the two ends.",
  continuation: "The next piece of the message that an earlier frame began.",
  ping: "Whatever the sender likes, up to 125 bytes. This server writes the time at which it sent the ping, in seconds on its own clock.",
};

function inside({ opcode, compressed, masked, round_trip }) {
  if (opcode === "pong") return echoed(round_trip);
  const how = compressed
    ? "What DEFLATE (RFC 1951) made of the message, without the four bytes 00 00 ff ff that would end it always."
    : WORDS[opcode];
  return masked ? `${how} On the wire each byte is combined with one of the key.` : how;
}

function echoed(took) {
  const late =
    typeof took === "number"
      ? ` On the server’s clock that was ${took} ms ago: the round trip.`
      : "";
  return `What came in the ping, unchanged, so that its sender knows which ping this answers.${late}`;
}

function inflated({ text, hex, cut }) {
  return {
    name: "inflated",
    aside: true,
    shown: `${(text ?? hex).slice(0, 160)}${cut || (text ?? hex).length > 160 ? " …" : ""}`,
    value: text === undefined ? "the bytes that were sent" : "the text that was sent",
    says: "This stood nowhere on the wire. It is what comes out when the payload is inflated, and what the server’s program gets to see.",
  };
}

function closeCode(code) {
  return {
    name: "code",
    value: `${numbers(code).replace(",", "")}: ${meaning(code)}`,
    says: "Why the connection ends, as a number in two bytes. A page may say 1000 or anything from 3000 to 4999; the rest are for browsers and servers. 1005 and 1006 never travel: they are how a program hears that there was no code, or no close at all.",
  };
}

const REASON = {
  name: "reason",
  value: "in UTF-8",
  says: "Words for whoever debugs the other end, up to 123 bytes, for a control frame has 125 and the code takes two.",
};

function binary(number, width) {
  return number.toString(2).padStart(width, "0");
}
