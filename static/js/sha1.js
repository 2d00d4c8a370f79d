// SHA-1 (RFC 3174), to show where the answer to a handshake comes from. Browsers withhold
// crypto.subtle over plain http. It is no secret-keeper any more, and a WebSocket asks none of it.

/** What RFC 6455 section 1.3 appends to every key. */
export const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
const ROUNDS = [
  { adds: 0x5a827999, mix: (b, c, d) => (b & c) | (~b & d) },
  { adds: 0x6ed9eba1, mix: (b, c, d) => b ^ c ^ d },
  { adds: 0x8f1bbcdc, mix: (b, c, d) => (b & c) | (b & d) | (c & d) },
  { adds: 0xca62c1d6, mix: (b, c, d) => b ^ c ^ d },
];

/**
 * The 20 bytes of a digest.
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
export function sha1(bytes) {
  const view = padded(bytes);
  let state = START;
  for (let at = 0; at < view.byteLength; at += 64) state = block(state, words(view, at));
  const digest = new DataView(new ArrayBuffer(20));
  for (const [at, word] of state.entries()) digest.setUint32(4 * at, word);
  return new Uint8Array(digest.buffer);
}

/**
 * Sec-WebSocket-Accept for a Sec-WebSocket-Key, and the digest in between.
 * @param {string} key
 */
export function acceptance(key) {
  const digest = sha1(new TextEncoder().encode(key + GUID));
  return { digest, accept: btoa(String.fromCharCode(...digest)) };
}

function padded(bytes) {
  const whole = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 4, 8 * bytes.length);
  return view;
}

function words(view, at) {
  const w = Array.from({ length: 16 }, (_, i) => view.getUint32(at + 4 * i));
  for (let i = 16; i < 80; i++) w.push(turned(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1));
  return w;
}

function block(state, w) {
  let [a, b, c, d, e] = state;
  for (let i = 0; i < 80; i++) {
    const { adds, mix } = ROUNDS[Math.floor(i / 20)];
    const next = turned(a, 5) + mix(b, c, d) + e + adds + w[i];
    [a, b, c, d, e] = [next >>> 0, a, turned(b, 30), c, d];
  }
  return [a, b, c, d, e].map((word, i) => (word + state[i]) >>> 0);
}

function turned(word, by) {
  return ((word << by) | (word >>> (32 - by))) >>> 0;
}
