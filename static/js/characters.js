// Bytes beside what they spell, so that a reader sees which bytes make which character.

const decoder = new TextDecoder();

/**
 * For each byte the character that begins with it; "" inside of one, "·" for what shows nothing.
 * @param {Uint8Array} bytes UTF-8, or not
 * @returns {string[]}
 */
export function characters(bytes) {
  return Array.from(bytes, (byte, at) => {
    if (byte >= 0x80 && byte < 0xc0) return "";
    return visible(decoder.decode(bytes.subarray(at, at + lengthOf(byte))));
  });
}

function lengthOf(lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

function visible(character) {
  if (character === " ") return "␣";
  return /[\p{C}\p{Z}\p{M}\ufffd]/u.test(character) ? "·" : character;
}
