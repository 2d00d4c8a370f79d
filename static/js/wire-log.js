// Every frame once, the newest 500 kept. The server replays the last frames whenever the strip
// connects, so what was already shown is recognised and let pass.

const MOST = 500;

export class WireLog {
  #kept = [];
  #replayed = new Map();
  #floor = Number.NEGATIVE_INFINITY;

  /** How many older rows had to go. */
  dropped = 0;

  /** The stream starts again: what it tells first may be known. */
  restart() {
    this.#replayed = new Map();
    for (const signature of this.#kept) {
      this.#replayed.set(signature, (this.#replayed.get(signature) ?? 0) + 1);
    }
  }

  /**
   * Whether this event is new and so becomes a row.
   * @param {{at: string}} event
   */
  add(event) {
    const signature = JSON.stringify(event);
    if (Date.parse(event.at) <= this.#floor || this.#isReplay(signature)) return false;
    this.#kept.push(signature);
    return true;
  }

  /** How many rows, oldest first, have to leave so that 500 stay. */
  trim() {
    const excess = Math.max(0, this.#kept.length - MOST);
    this.#kept.splice(0, excess);
    this.dropped += excess;
    return excess;
  }

  /** Nothing up to now comes back, not even in a replay. */
  clear() {
    const last = this.#kept.at(-1);
    if (last) this.#floor = Date.parse(JSON.parse(last).at);
    this.#kept = [];
    this.dropped = 0;
  }

  #isReplay(signature) {
    const left = this.#replayed.get(signature) ?? 0;
    if (left) this.#replayed.set(signature, left - 1);
    return left > 0;
  }
}
