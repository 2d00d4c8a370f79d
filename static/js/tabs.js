// The tabs of one browser on this server hear of each other: a second one may want to be somebody
// else, and a duplicated one must not go on with an identity that another tab alone holds.

const ANSWER = 200;

/**
 * @typedef {{tab: string, since: number, room: string, as: string, is: "asks" | "here" | "gone" | "taken", to?: string}} Word
 */

export class Tabs {
  #me;
  #channel;
  #changed;
  #taken;
  #elders = new Map();
  #settled = false;

  /**
   * @param {object} given
   * @param {string} given.tab
   * @param {string} given.room
   * @param {string} given.as the identity that this tab alone holds, or ""
   * @param {() => void} given.changed called when tabs come, change or go
   * @param {() => void} given.taken called when another tab holds this identity
   * @param {number} [given.since] when this tab was opened
   * @param {BroadcastChannel | null} [given.channel]
   */
  constructor({ tab, room, as, changed, taken, since = Date.now(), channel = open() }) {
    this.#me = { tab, since, room, as };
    this.#channel = channel;
    this.#changed = changed;
    this.#taken = taken;
    channel?.addEventListener("message", ({ data }) => this.#heard(data));
  }

  /**
   * Makes itself known. The answer comes when every tab had the time to object.
   * @returns {Promise<void>}
   */
  arrive() {
    this.#say("asks");
    return new Promise((resolve) => {
      const settle = () => {
        this.#settled = true;
        resolve();
      };
      setTimeout(settle, ANSWER);
    });
  }

  /** This tab is somebody else from now on. @param {string} as */
  become(as) {
    this.#me.as = as;
    this.#say("here");
    this.#changed();
  }

  leave() {
    this.#say("gone");
  }

  /** Whether this conversation was open before, in a tab of the same person. */
  get second() {
    const { room, as } = this.#me;
    return !as && [...this.#elders.values()].some((other) => other.room === room && !other.as);
  }

  /** The identities that tabs hold alone, as far as they have answered. @returns {Set<string>} */
  get identities() {
    return new Set([...this.#elders.values()].map(({ as }) => as).filter(Boolean));
  }

  /** @param {Word} word */
  #heard(word) {
    if (word.to && word.to !== this.#me.tab) return;
    if (word.is === "asks") this.#answer(word);
    else if (word.is === "taken") this.#taken();
    else this.#note(word);
  }

  // Of two tabs that start together only one was here before.
  #answer({ tab, since, as }) {
    if (!this.#settled && this.#isYounger(tab, since)) return;
    this.#say("here", tab);
    if (as && as === this.#me.as) this.#say("taken", tab);
  }

  #isYounger(tab, since) {
    return this.#me.since > since || (this.#me.since === since && this.#me.tab > tab);
  }

  // Only who answered was here before; of those it matters what they become.
  #note({ tab, room, as, is, to }) {
    if (is === "gone") this.#elders.delete(tab);
    else if (to || this.#elders.has(tab)) this.#elders.set(tab, { room, as });
    this.#changed();
  }

  #say(is, to) {
    this.#channel?.postMessage({ ...this.#me, is, to });
  }
}

function open() {
  try {
    return new BroadcastChannel("broadcaster");
  } catch {
    return null;
  }
}
