// Regular expressions are tried in a worker of their own: one that never ends is stopped there,
// and the page never notices.

const PATIENCE = 1000;

export class Search {
  #worker = null;
  #source = "";
  #waiting = null;

  /**
   * Which of these match.
   * @param {string} source a regular expression
   * @param {[number, string][]} rows
   * @returns {Promise<Set<number> | null>} null: it took too long, or another was begun
   */
  find(source, rows) {
    if (source !== this.#source || this.#waiting) this.stop();
    this.#source = source;
    this.#worker ??= new Worker(new URL("./wire-search-worker.js", import.meta.url));
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.stop(), PATIENCE);
      this.#waiting = (hits) => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve(hits);
      };
      this.#worker.onmessage = ({ data }) => this.#waiting?.(new Set(data));
      this.#worker.onerror = () => this.stop();
      this.#worker.postMessage({ source, rows });
    });
  }

  /** Ends whatever is being tried. */
  stop() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#waiting?.(null);
  }
}
