// Bytes are read and shown as pairs of hex digits; what cannot be read is refused in words.

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
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
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
