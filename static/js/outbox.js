// What was written is sent one at a time, in order, under one key, until the server acknowledges
// or refuses it. A lost connection, a reload or a closed tab loses nothing: it is kept in the
// browser, and the same key goes out again. What the server may have forgotten by then, or what
// was written as somebody else, is sent only if its author still wants it.

import { byOrder } from "./drawer.js";

const DAY = 86_400_000;
const RENEW = 1000;
const REMEMBERED = 500;
const ANEW = "The log of this room was started anew, and this message is not in it.";

/**
 * @typedef {{me: string, epoch: string, keyDays: number}} Welcome who one is, which log it is that
 *   numbers count, and for how many days the server is sure to know a key again
 * @typedef {{key: string, kind: "say" | "edit" | "delete", id?: number, epoch?: string, text?: string, at: string, by: string, order: number, state: "waiting" | "sent" | "later" | "refused" | "asks", why?: string, unkept?: boolean}} Entry
 */

export class Outbox {
  #drawer;
  #lease;
  #send;
  #carries;
  #changed;
  #after;
  #now;
  #entries = [];
  #settled = new Set();
  #welcome = null;
  #pause = null;
  #keeping = false;
  #waiting = false;

  /**
   * @param {object} given
   * @param {import("./drawer.js").Drawer} given.drawer
   * @param {import("./lease.js").Lease} given.lease
   * @param {(entry: Entry) => boolean} given.send false when there is no connection to send on
   * @param {(kind: string) => boolean} [given.carries] whether there is a connection that takes this
   *   kind; what it does not take waits, and lets the rest pass
   * @param {() => void} given.changed called whenever an entry comes, changes or goes
   * @param {(ms: number, act: () => void) => unknown} [given.after]
   * @param {() => number} [given.now]
   */
  constructor(given) {
    const { drawer, lease, send, changed } = given;
    const { carries = () => true, after = setTimer, now = () => Date.now() } = given;
    this.#drawer = drawer;
    this.#lease = lease;
    this.#send = send;
    this.#carries = carries;
    this.#changed = changed;
    this.#after = after;
    this.#now = now;
    this.#entries = drawer.all().map(fresh);
  }

  /** @returns {readonly Entry[]} in the order of writing */
  get entries() {
    return this.#entries;
  }

  /** The one whose answer is still to come. @returns {Entry | undefined} */
  get inFlight() {
    return this.#entries.find(({ state }) => state === "sent");
  }

  /** @param {string} key */
  find(key) {
    return this.#entries.find((entry) => entry.key === key);
  }

  /**
   * @param {{key: string, kind: "say" | "edit" | "delete", id?: number, epoch?: string, text?: string, by: string}} written
   */
  add(written) {
    const now = this.#now();
    const order = Math.max(now, (this.#entries.at(-1)?.order ?? 0) + 1);
    const entry = fresh({ ...written, at: new Date(now).toISOString(), order });
    this.#entries.push(entry);
    // Before another tab can see what was written, or both would send it.
    if (this.#welcome && !this.#pause) this.#lease.take();
    this.#keep(entry);
    this.#changed();
    this.#next();
  }

  /**
   * Takes over what was written as somebody else.
   * @param {Entry} entry
   */
  inherit(entry) {
    const taken = fresh(entry);
    this.#consider(taken);
    this.#entries.push(taken);
    this.#keep(taken);
    this.#changed();
  }

  /**
   * The server said welcome: what was in flight goes out again.
   * @param {Welcome} welcome
   */
  open(welcome) {
    this.#welcome = welcome;
    for (const entry of this.#entries) this.#consider(entry);
    this.#changed();
    this.#next();
  }

  /** The connection is gone: nobody knows what became of the entry in flight. */
  close() {
    this.#welcome = null;
    const entry = this.inFlight;
    if (entry) this.#enter(entry, "waiting");
    this.#lease.release();
  }

  /** Another tab changed what is kept. */
  sync() {
    const kept = new Map(this.#drawer.all().map((entry) => [entry.key, entry]));
    const gone = this.#entries.filter(({ key, unkept }) => !unkept && !kept.has(key));
    const left = this.#entries.filter((entry) => !gone.includes(entry));
    for (const { key } of gone) this.#known(key);
    this.#entries = left.map((entry) => told(entry, kept.get(entry.key)));
    for (const entry of kept.values()) this.#adopt(entry);
    this.#entries.sort(byOrder);
    this.#changed();
    this.#next();
  }

  /**
   * The server has it. Answers the entry, or undefined if it is not ours or was settled before.
   * @param {string} key
   */
  settle(key) {
    const entry = this.#take(key);
    this.#next();
    return entry;
  }

  /**
   * The server will never take it.
   * @param {string} key
   * @param {string} why
   */
  refuse(key, why) {
    const entry = this.find(key);
    if (entry) this.#refused(entry, why);
    this.#next();
  }

  /**
   * The one in flight is what broke the connection.
   * @param {string} why
   */
  refuseInFlight(why) {
    const entry = this.inFlight;
    if (entry) this.#refused(entry, why);
  }

  /**
   * The server will take it later; the rest waits behind it, so that the order holds.
   * @param {string} key
   * @param {number} seconds
   * @param {string} why
   */
  postpone(key, seconds, why) {
    const entry = this.find(key);
    if (!entry) return;
    const pause = {};
    this.#pause = pause;
    this.#enter(entry, "later", why);
    this.#after(seconds * 1000, () => this.#resume(entry, pause));
  }

  /**
   * Its author still wants it sent: it is as if it were written now.
   * @param {string} key
   * @param {string} by who they are
   */
  agree(key, by) {
    const entry = this.find(key);
    if (!entry) return;
    Object.assign(entry, { at: new Date(this.#now()).toISOString(), by });
    this.#keep(entry);
    this.#enter(entry, "waiting");
    this.#next();
  }

  /**
   * Its author gave it up.
   * @param {string} key
   */
  drop(key) {
    this.settle(key);
  }

  #resume(entry, pause) {
    if (this.#pause !== pause) return;
    this.#pause = null;
    if (entry.state === "later") this.#enter(entry, "waiting");
    this.#next();
  }

  #next() {
    if (!this.#welcome || this.#pause || this.inFlight) return;
    const entry = this.#entries.find(
      ({ state, kind }) => state === "waiting" && this.#carries(kind),
    );
    if (!entry) this.#lease.release();
    else if (!this.#lease.take()) this.#wait();
    else if (this.#send(entry)) this.#fly(entry);
  }

  #fly(entry) {
    this.#enter(entry, "sent");
    if (!this.#keeping) this.#keepLease();
  }

  #keepLease() {
    this.#keeping = Boolean(this.inFlight);
    if (!this.#keeping) return;
    this.#lease.take();
    this.#after(RENEW, () => this.#keepLease());
  }

  // Another tab is sending: it may be closed before it is done.
  #wait() {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#after(this.#lease.wait() + 50, () => {
      this.#waiting = false;
      this.#next();
    });
  }

  // A change to a message of another log is left to the tab that it was made in, which will hear
  // of the new one.
  #adopt(kept) {
    if (this.find(kept.key) || this.#settled.has(kept.key)) return;
    const entry = fresh(kept);
    if (entry.state === "waiting" && this.#isForeign(entry)) return;
    this.#entries.push(entry);
    this.#consider(entry);
  }

  #consider(entry) {
    if (!this.#welcome || entry.state === "refused") return;
    if (this.#isForeign(entry)) return this.#refused(entry, ANEW);
    if (entry.state !== "waiting") return;
    const why = this.#doubt(entry);
    if (why) Object.assign(entry, { state: "asks", why });
  }

  // A number of another log is the number of another message.
  #isForeign({ epoch }) {
    return Boolean(this.#welcome && epoch) && epoch !== this.#welcome.epoch;
  }

  #doubt({ at, by }) {
    if (by && by !== this.#welcome.me) return "This was written as somebody else.";
    const days = (this.#now() - Date.parse(at)) / DAY;
    return days > this.#welcome.keyDays ? `This was written ${ago(days)} ago.` : null;
  }

  #take(key) {
    const entry = this.find(key);
    if (!entry) return undefined;
    this.#known(key);
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#drawer.remove(key);
    this.#changed();
    return entry;
  }

  // What another tab tells late about an entry must not bring it back.
  #known(key) {
    this.#settled.add(key);
    if (this.#settled.size > REMEMBERED) this.#settled.delete(this.#settled.values().next().value);
  }

  #refused(entry, why) {
    entry.refused = why;
    this.#keep(entry);
    this.#enter(entry, "refused", why);
  }

  #keep(entry) {
    const { state, why, unkept, ...lasting } = entry;
    entry.unkept = !this.#drawer.put(lasting);
  }

  #enter(entry, state, why) {
    entry.state = state;
    entry.why = why;
    this.#changed();
  }
}

function fresh(kept) {
  return { ...kept, state: kept.refused ? "refused" : "waiting", why: kept.refused };
}

// What another tab learnt about an entry, unless it is in flight here.
function told(entry, kept) {
  const same = ["refused", "at", "by"].every((fact) => entry[fact] === kept?.[fact]);
  return !kept || same || entry.state === "sent" ? entry : fresh(kept);
}

function ago(days) {
  return days < 2 ? "1 day" : `${Math.floor(days)} days`;
}

function setTimer(ms, act) {
  setTimeout(act, ms);
}
