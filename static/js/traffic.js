// What each way of being connected costs, counted at the page's ways out: requests, the bytes of
// bodies and frames, and how long one's own message took until it was seen. Headers are not
// counted, which a page cannot see.

const REMEMBERED = 100;

/**
 * @typedef {{requests: number, sent: number, received: number, messages: number, delays: number[]}} Count
 */

export class Traffic {
  #counts = new Map();
  #left = new Map();
  #changed;
  #now;

  /**
   * @param {() => void} changed called whenever anything was counted
   * @param {() => number} [now]
   */
  constructor(changed, now = () => performance.now()) {
    this.#changed = changed;
    this.#now = now;
  }

  /** The ways out of a page, counted. */
  edge({ WebSocket, fetch } = globalThis) {
    return {
      WebSocket: WebSocket && counting(WebSocket, this),
      fetch: (url, how, way) => this.#fetch(fetch, url, how, way),
    };
  }

  /** @param {string} way @returns {Count} */
  of(way) {
    if (!this.#counts.has(way)) {
      this.#counts.set(way, { requests: 0, sent: 0, received: 0, messages: 0, delays: [] });
    }
    return this.#counts.get(way);
  }

  /** @param {string} way @param {{requests?: number, sent?: number, received?: number}} more */
  add(way, more) {
    const count = this.of(way);
    for (const [what, number] of Object.entries(more)) count[what] += number;
    this.#changed();
  }

  /** A command leaves. @param {string} way @param {string} command */
  leaves(way, command) {
    this.add(way, { sent: sizeOf(command) });
    const { key } = JSON.parse(command);
    if (key) this.#left.set(key, this.#now());
    if (this.#left.size > REMEMBERED) this.#left.delete(this.#left.keys().next().value);
  }

  /** A message came. @param {string} way @param {{key?: string}} message */
  came(way, { key }) {
    const count = this.of(way);
    count.messages += 1;
    if (this.#left.has(key)) {
      count.delays.push(this.#now() - this.#left.get(key));
      count.delays.splice(0, count.delays.length - REMEMBERED);
      this.#left.delete(key);
    }
    this.#changed();
  }

  async #fetch(fetch, url, how, way) {
    this.add(way, { requests: 1 });
    if (how.body) this.leaves(way, how.body);
    const answer = await fetch(url, how);
    if (!answer.body) return answer;
    const count = new TransformStream({
      transform: (piece, through) => {
        this.add(way, { received: piece.length });
        through.enqueue(piece);
      },
    });
    return new Response(answer.body.pipeThrough(count), answer);
  }
}

function counting(WebSocket, traffic) {
  return class extends WebSocket {
    constructor(...given) {
      super(...given);
      traffic.add("websocket", { requests: 1 });
      this.addEventListener("message", ({ data }) =>
        traffic.add("websocket", { received: sizeOf(data) }),
      );
    }

    send(data) {
      traffic.leaves("websocket", data);
      super.send(data);
    }
  };
}

/** The middle one; undefined of none. @param {number[]} values */
export function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

const encoder = new TextEncoder();

function sizeOf(text) {
  return encoder.encode(text).length;
}
