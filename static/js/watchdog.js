// A server that is there says so every few seconds. Silence for two and a half times as long
// means that it is not, whatever the socket believes.

const PATIENCE = 2.5;

export class Watchdog {
  #silent;
  #after;
  #ms = 0;
  #cancel = () => {};

  /**
   * @param {() => void} silent called when nothing was heard for too long
   * @param {(ms: number, act: () => void) => () => void} [after]
   */
  constructor(silent, after = timer) {
    this.#silent = silent;
    this.#after = after;
  }

  /** @param {number} seconds between two signs of life; 0: none are to be expected */
  start(seconds = 0) {
    this.#ms = seconds * 1000 * PATIENCE;
    this.heard();
  }

  /** Anything at all is a sign of life. */
  heard() {
    this.#cancel();
    if (this.#ms) this.#cancel = this.#after(this.#ms, this.#silent);
  }

  stop() {
    this.#cancel();
    this.#ms = 0;
  }
}

function timer(ms, act) {
  const id = setTimeout(act, ms);
  return () => clearTimeout(id);
}
