// What a browser keeps for us is a convenience: it may be forbidden, full or gone at any moment,
// and the page works all the same.

/**
 * The browser's storage, `localStorage` or `sessionStorage`; null where it is withheld.
 * @param {"localStorage" | "sessionStorage"} kind
 * @returns {Storage | null}
 */
export function storage(kind) {
  try {
    return globalThis[kind] ?? null;
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {Storage | null} [where]
 * @returns {string | null}
 */
export function recall(key, where = storage("localStorage")) {
  try {
    return where?.getItem(named(key)) ?? null;
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 * @param {Storage | null} [where]
 * @returns {boolean} whether it was kept
 */
export function keep(key, value, where = storage("localStorage")) {
  try {
    where?.setItem(named(key), value);
    return Boolean(where);
  } catch {
    // Nothing is lost but the memory of it.
    return false;
  }
}

/**
 * @param {string} key
 * @param {Storage | null} [where]
 */
export function forget(key, where = storage("localStorage")) {
  try {
    where?.removeItem(named(key));
  } catch {
    // It was not kept in the first place.
  }
}

/**
 * Everything kept under keys that begin like this, in no order.
 * @param {string} prefix
 * @param {Storage | null} where
 * @returns {string[]}
 */
export function recallAll(prefix, where) {
  try {
    const keys = Array.from({ length: where?.length ?? 0 }, (_, at) => where.key(at));
    return keys.filter((key) => key.startsWith(named(prefix))).map((key) => where.getItem(key));
  } catch {
    return [];
  }
}

/** The name under which the browser keeps a key of ours. @param {string} key */
export function named(key) {
  return `broadcaster.${key}`;
}
