// What a browser keeps for us is a convenience: it may be forbidden, full or gone at any moment,
// and the page works all the same.

/**
 * @param {string} key
 * @returns {string | null}
 */
export function recall(key) {
  try {
    return localStorage.getItem(named(key));
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
export function keep(key, value) {
  try {
    localStorage.setItem(named(key), value);
  } catch {
    // Nothing is lost but the memory of it.
  }
}

function named(key) {
  return `broadcaster.${key}`;
}
