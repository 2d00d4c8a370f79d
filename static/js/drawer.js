// Where the outbox keeps what is not sent yet: an entry, a key of the browser's storage. A single
// list would be read and written by two tabs at once, and one of them would lose what it wrote.

import { forget, keep, recallAll } from "./storage.js";

export class Drawer {
  #prefix;
  #where;

  /**
   * @param {string} room
   * @param {Storage | null} where null keeps nothing beyond this page
   * @param {string} [person] whose it is, when more than one use this storage
   */
  constructor(room, where, person = "") {
    this.#prefix = `outbox.${encodeURIComponent(person)}/${encodeURIComponent(room)}/`;
    this.#where = where;
  }

  /** @returns {object[]} in the order of writing */
  all() {
    const kept = recallAll(this.#prefix, this.#where).map(parsed);
    return kept.filter(Boolean).sort(byOrder);
  }

  /**
   * @param {{key: string}} entry
   * @returns {boolean} whether it will survive this page
   */
  put(entry) {
    return keep(this.#prefix + entry.key, JSON.stringify(entry), this.#where);
  }

  /** @param {string} key */
  remove(key) {
    forget(this.#prefix + key, this.#where);
  }
}

/**
 * Takes out what was written here by identities whose tabs are gone, and hands it over.
 * @param {string} room
 * @param {Storage | null} where
 * @param {Set<string>} alive the identities that tabs hold now
 * @returns {object[]} in the order of writing
 */
export function abandoned(room, where, alive) {
  const entries = recallAll("outbox.", where).map(parsed).filter(Boolean);
  const left = entries.filter(({ by }) => by && !alive.has(by));
  return left.filter((entry) => taken(new Drawer(room, where, entry.by), entry)).sort(byOrder);
}

function taken(drawer, { key }) {
  const there = drawer.all().some((entry) => entry.key === key);
  drawer.remove(key);
  return there;
}

/**
 * The order of writing, the same in every tab.
 * @param {{order: number, key: string}} a
 * @param {{order: number, key: string}} b
 */
export function byOrder(a, b) {
  return a.order - b.order || (a.key < b.key ? -1 : 1);
}

// Another version of this page may have kept something else there.
function parsed(text) {
  try {
    const entry = JSON.parse(text);
    return typeof entry.key === "string" && typeof entry.order === "number" ? entry : null;
  } catch {
    return null;
  }
}
