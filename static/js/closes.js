// A close code says what to do next, and this table is the only place that knows it.

const MEANINGS = {
  1000: "normal end",
  1001: "going away",
  1002: "protocol error",
  1003: "kind of data not taken",
  1005: "no code given",
  1006: "lost without a goodbye",
  1007: "not valid text",
  1008: "refused",
  1009: "message too big",
  1010: "extension missing",
  1011: "error in the server",
  1012: "server restarts",
  1013: "try again later",
  1014: "bad gateway",
  1015: "TLS failed",
};

const STOPS = {
  1003: "The server does not take this kind of message.",
  1007: "The server could not read what this page sent.",
  1008: "The server refused this connection.",
};

/**
 * What a close code means, in a few words.
 * @param {number} code
 */
export function meaning(code) {
  return MEANINGS[code] ?? (forGood(code) ? "ended for good" : "ended by the server");
}

/**
 * Why the page must not come back by itself after this close; null when it should.
 * @param {number} code
 * @param {string} [reason] what the server said with it
 * @returns {string | null}
 */
export function stopped(code, reason = "") {
  const words =
    STOPS[code] ?? (forGood(code) ? "The server ended this connection for good." : null);
  return words && reason ? `${words} It said: “${reason}”` : words;
}

/**
 * Whether the message in flight was the cause of the close, so that it must not be sent again.
 * @param {number} code
 */
export function tooBig(code) {
  return code === 1009;
}

function forGood(code) {
  return code >= 4500 && code <= 4999;
}
