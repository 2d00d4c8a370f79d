// A browser's storage, or one that is full.

export class Store {
  #kept = new Map();
  full = false;

  get length() {
    return this.#kept.size;
  }

  key(at) {
    return [...this.#kept.keys()][at];
  }

  getItem(key) {
    return this.#kept.get(key) ?? null;
  }

  setItem(key, value) {
    if (this.full) throw new Error("QuotaExceededError");
    this.#kept.set(key, String(value));
  }

  removeItem(key) {
    this.#kept.delete(key);
  }
}
