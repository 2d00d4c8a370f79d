// Limits are told in numbers before anything is sent.

import { numbers } from "./numbers.js";

/**
 * Why a frame cannot go out, in words; null when it fits.
 * @param {number} size bytes
 * @param {number | undefined} limit
 * @returns {string | null}
 */
export function oversize(size, limit) {
  if (!limit || size <= limit) return null;
  return `This takes ${numbers(size)} bytes and the server takes ${numbers(limit)} at most. Nothing was sent; shorten it by ${numbers(size - limit)}.`;
}
