// The last minute in figures: the round trips, and the bytes of each second.

import { wireBytes } from "./wire-facts.js";

const SECONDS = 60;

/**
 * @param {import("./wire-log.js").Entry[]} entries in the order of their time
 * @param {number} now milliseconds
 * @returns {{trips: [number, number][], bytes: number[]}}
 *   `trips`: where in the minute, from 0 to 1, and milliseconds; `bytes`: a number a second
 */
export function lastMinute(entries, now) {
  const trips = [];
  const bytes = new Array(SECONDS).fill(0);
  for (let at = entries.length - 1; at >= 0; at--) {
    const { event } = entries[at];
    const age = Math.max(0, now - Date.parse(event.at)) / 1000;
    if (age >= SECONDS) break;
    bytes[SECONDS - 1 - Math.floor(age)] += wireBytes(event);
    if (typeof event.round_trip === "number") trips.unshift([1 - age / SECONDS, event.round_trip]);
  }
  return { trips, bytes };
}

/**
 * A line through these points, for a path in a box of this size.
 * @param {[number, number][]} points how far across, from 0 to 1, and any number from 0
 * @param {number} width
 * @param {number} height
 */
export function line(points, width, height) {
  const most = Math.max(...points.map(([, value]) => value), Number.MIN_VALUE);
  const places = points.map(
    ([across, value]) =>
      `${(across * width).toFixed(1)} ${(height * (1 - value / most)).toFixed(1)}`,
  );
  return places.length ? `M${places.join("L")}` : "";
}
