// Somebody else, in this tab alone: an identity of its own that the server signed, kept for as
// long as the tab lives.

import { forget, keep, recall, storage } from "./storage.js";

const KEY = "somebody";

/** @typedef {{token: string, id: string, name: string}} Somebody */

/** Whom this tab is, if it is somebody else. @returns {Somebody | null} */
export function recallSomebody() {
  try {
    return JSON.parse(recall(KEY, storage("sessionStorage")));
  } catch {
    return null;
  }
}

/** @param {Somebody | null} somebody null: be oneself again */
export function keepSomebody(somebody) {
  if (somebody) keep(KEY, JSON.stringify(somebody), storage("sessionStorage"));
  else forget(KEY, storage("sessionStorage"));
}

/**
 * Asks the server for an identity.
 * @param {string} name
 * @returns {Promise<Somebody>}
 */
export async function newSomebody(name) {
  const answer = await fetch("/-/identity", { method: "POST" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return { ...(await answer.json()), name };
}
