// Every wait before a reconnect is random, so that a thousand pages that lost one server
// do not all come back in the same moment.

const FIRST = 500;
const CAP = 30_000;

/**
 * How long to wait before the next attempt: anywhere between nothing and a ceiling that doubles
 * with each failure ("full jitter").
 * @param {number} failures how many attempts failed since the last good connection
 * @param {() => number} random a number in [0, 1)
 * @returns {number} milliseconds
 */
export function backoff(failures, random) {
  return random() * Math.min(CAP, FIRST * 2 ** failures);
}

/**
 * A random moment within a window that the server named when it said goodbye.
 * @param {[number, number]} window seconds, from and to
 * @param {() => number} random a number in [0, 1)
 * @returns {number} milliseconds
 */
export function within([from, to], random) {
  return 1000 * (from + random() * (to - from));
}
