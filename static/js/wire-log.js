// Every event of the wire once, the newest ten thousand kept. The server replays the last ones
// whenever the strip connects, so what is known already is recognised and let pass.

const MOST = 10_000;
const SLACK = 500;

/**
 * @typedef {{type: string, connection: string, at: string, from?: string, opcode?: string, size?: number, head?: string, fin?: boolean, compressed?: boolean, masked?: boolean, text?: string, hex?: string, cut?: boolean, code?: number, reason?: string, round_trip?: number, path?: string, query?: string, subprotocol?: string, extensions?: string, headers?: [string, string | null][], answer?: [string, string][]}} WireEvent
 *
 * @typedef {{n: number, own: boolean, delta: number | null, event: WireEvent}} Entry
 *   `n` counts them, `own` is of the page's own connection, `delta` is milliseconds since the
 *   event before of the same connection
 */

export class WireLog {
  #most;
  #count = 0;
  #replayed = new Map();
  #floor = Number.NEGATIVE_INFINITY;
  #last = new Map();

  /** @type {Entry[]} */
  entries = [];
  /** How many older ones had to go. */
  dropped = 0;

  constructor(most = MOST) {
    this.#most = most;
  }

  /** A stream starts again: what it tells first may be known. */
  restart() {
    this.#replayed = new Map();
    for (const { event } of this.entries) {
      const known = signature(event);
      this.#replayed.set(known, (this.#replayed.get(known) ?? 0) + 1);
    }
  }

  /**
   * Keeps this event if it is new.
   * @param {WireEvent} event
   * @param {boolean} [own]
   * @returns {Entry | null}
   */
  add(event, own = true) {
    const at = Date.parse(event.at);
    if (at <= this.#floor || this.#isReplay(signature(event))) return null;
    const before = this.#last.get(event.connection);
    this.#last.set(event.connection, micros(event.at));
    const delta = before === undefined ? null : micros(event.at) - before;
    const entry = { n: this.#count++, own, delta, event };
    this.entries.push(entry);
    // Now and then, or each one would move ten thousand.
    if (this.entries.length >= this.#most + SLACK) this.trim();
    return entry;
  }

  /** Lets the oldest go, so that only so many stay. */
  trim() {
    const excess = Math.max(0, this.entries.length - this.#most);
    this.entries.splice(0, excess);
    this.dropped += excess;
  }

  /** The first that is still kept. */
  get first() {
    return this.entries[0]?.n ?? this.#count;
  }

  /** Nothing up to now comes back, not even in a replay. */
  clear() {
    const last = this.entries.at(-1);
    if (last) this.#floor = Date.parse(last.event.at);
    this.entries = [];
    this.dropped = 0;
  }

  #isReplay(known) {
    const left = this.#replayed.get(known) ?? 0;
    if (left) this.#replayed.set(known, left - 1);
    return left > 0;
  }
}

function signature({ connection, at, type, from, opcode, size }) {
  return `${connection} ${at} ${type} ${from} ${opcode} ${size}`;
}

/**
 * A moment in milliseconds, with the microseconds that a Date leaves out.
 * @param {string} at
 */
export function micros(at) {
  const [, fraction = ""] = /\.(\d+)/.exec(at) ?? [];
  return Date.parse(at) + Number(`0.${fraction.slice(3) || 0}`);
}
