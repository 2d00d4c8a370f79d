// Bytes are read and shown as pairs of hex digits; what cannot be read is refused in words.

const DIGITS = "0123456789abcdef";
const [SPACE, ZERO, LETTER] = [0x20, 0x30, 0x61];

/**
 * Typed hex as bytes, or why not. Spaces may stand anywhere.
 * @param {string} typed
 * @returns {{bytes: Uint8Array} | {refused: string}}
 */
export function parse(typed) {
  const digits = typed.replace(/\s+/g, "");
  const wrong = /[^0-9a-f]/i.exec(digits);
  if (wrong)
    return {
      refused: `“${characterAt(digits, wrong.index)}” is not a hex digit: use 0 to 9 and a to f.`,
    };
  if (digits.length % 2) {
    return {
      refused: `Bytes are pairs of hex digits, and these are ${digits.length}: one is missing.`,
    };
  }
  return { bytes: Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) };
}

/**
 * The first bytes as pairs, and an ellipsis if there are more.
 * @param {Uint8Array} bytes
 * @param {number} [most]
 */
export function show(bytes, most = 64) {
  const shown = Array.from(bytes.subarray(0, most), pair).join(" ");
  return bytes.length > most ? `${shown} …` : shown;
}

/**
 * @param {string} base64
 * @returns {Uint8Array}
 */
export function fromBase64(base64) {
  const plain = atob(base64);
  const bytes = new Uint8Array(plain.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = plain.charCodeAt(at);
  return bytes;
}

/**
 * All bytes as pairs with a space between. There may be millions: no string for each.
 * @param {Uint8Array} bytes
 */
export function toPairs(bytes) {
  const letters = new Uint8Array(Math.max(0, 3 * bytes.length - 1)).fill(SPACE);
  for (let at = 0; at < bytes.length; at++) {
    letters[3 * at] = DIGITS.charCodeAt(bytes[at] >> 4);
    letters[3 * at + 1] = DIGITS.charCodeAt(bytes[at] & 15);
  }
  return new TextDecoder().decode(letters);
}

/**
 * And back.
 * @param {string} pairs
 */
export function fromPairs(pairs) {
  const bytes = new Uint8Array(Math.ceil(pairs.length / 3));
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = 16 * digit(pairs, 3 * at) + digit(pairs, 3 * at + 1);
  return bytes;
}

function digit(text, at) {
  const code = text.charCodeAt(at);
  return code < LETTER ? code - ZERO : code - LETTER + 10;
}

/** "1 byte", "57 bytes" @param {number} number */
export function count(number) {
  return number === 1 ? "1 byte" : `${number.toLocaleString("en")} bytes`;
}

function pair(byte) {
  return byte.toString(16).padStart(2, "0");
}

function characterAt(text, index) {
  return String.fromCodePoint(text.codePointAt(index));
}
