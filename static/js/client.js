// A room of a WebSocket Broadcaster, for whoever wants to talk in it: a page, or a program. This
// one file is all there is; it needs nothing else.
//
//   import { Room } from "http://127.0.0.1:8888/static/client.js";
//
//   const room = new Room("http://127.0.0.1:8888/r/ops", { name: "Ann" });
//   room.on("message", ({ id, from, text }) => console.log(id, from.name, text));
//   room.connect();
//   const { id } = await room.publish("hello");
//
// What it keeps to: each message comes once, in the order of the log, over however many
// connections; what is no longer kept is told as a gap, with its numbers. What is published is
// sent again under the same key until the server has it or refuses it, and is stored once.
//
// From the wire up: waits and close codes, frames, the place in the log, the people; then the ways
// to reach a server, the connection that is kept over any of them, and the room on top.

// -- what travels --------------------------------------------------------------------------------

/**
 * @typedef {{id: string, name: string}} Person
 *
 * @typedef {object} Message one record of the log
 * @property {number} id
 * @property {string} at RFC 3339, UTC
 * @property {Person} from
 * @property {string} [key]
 * @property {string} [text]
 * @property {string} [data] base64, of a message that is no text
 * @property {number} [edits] the message that gets this text
 * @property {number} [deletes] the message that is taken away
 * @property {boolean} [deleted] it was taken away since, and has no words
 * @property {boolean} [edited]
 *
 * @typedef {object} Gap
 * @property {[number, number] | null} lost from and to; null when nobody knows what is missing
 * @property {string} epoch
 * @property {number} oldest
 * @property {number} head
 *
 * @typedef {object} Welcome who asks again and again is told less: no people, no limits
 * @property {string} room
 * @property {string} epoch
 * @property {number} head
 * @property {number} oldest
 * @property {number} [heartbeat] seconds between two signs of life; 0: none
 * @property {Person} [you]
 * @property {Person[]} [people] 50 at most
 * @property {number} [count]
 * @property {number} [presence] the version of the people
 * @property {{message?: number, name?: number, key_days: number}} [limits]
 *
 * @typedef {{version: number, count: number, joined?: Person[], left?: string[], renamed?: Person[]}} Presence
 * @typedef {{key: string, id: number, duplicate?: boolean}} Ack
 * @typedef {{code: string, message: string, key?: string, retry_after?: number}} Failure
 * @typedef {{type: "say" | "edit" | "delete", key: string, id?: number, text?: string}} Command
 * @typedef {{id: number, duplicate: boolean}} Published
 *
 * @typedef {object} State
 * @property {"idle" | "connecting" | "connected" | "waiting" | "stopped"} is
 * @property {boolean} again whether there has been a connection before
 * @property {string} way how it is, or would be, connected: see Room.use
 * @property {boolean} chosen whether that is what it was told to be
 * @property {number} [until] when the next attempt is made, in milliseconds
 * @property {string} [words] why it stopped
 *
 * @typedef {object} Lost
 * @property {number} code
 * @property {boolean} tooBig whether what was in flight was the cause, so that it must not go again
 * @property {boolean} climbed whether only the way changed, to a better one
 * @property {string | null} words why it does not come back by itself
 *
 * @typedef {object} Edge what the library needs of the world: time, chance, and ways out
 * @property {typeof WebSocket | undefined} WebSocket
 * @property {(url: string, how: RequestInit, way?: string) => Promise<Response>} fetch
 * @property {(ms: number, act: () => void) => () => void} after answers what calls it off
 * @property {() => number} now
 * @property {() => number} random
 */

/** @type {Edge} */
const WORLD = {
  WebSocket: globalThis.WebSocket,
  fetch: (url, how) => fetch(url, how),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  now: () => Date.now(),
  random: () => Math.random(),
};

// -- waits ---------------------------------------------------------------------------------------
// Every wait before a reconnect is random, so that a thousand pages that lost one server do not
// all come back in the same moment.

const FIRST = 500;
const CAP = 30_000;

/**
 * How long to wait before the next attempt: anywhere between nothing and a ceiling that doubles
 * with each failure ("full jitter").
 * @param {number} failures how many attempts failed since the last good connection
 * @param {() => number} random a number in [0, 1)
 * @returns {number} milliseconds
 */
export function backoff(failures, random) {
  return random() * Math.min(CAP, FIRST * 2 ** failures);
}

/**
 * A random moment within a window that the server named when it said goodbye.
 * @param {[number, number]} window seconds, from and to
 * @param {() => number} random a number in [0, 1)
 * @returns {number} milliseconds
 */
export function within([from, to], random) {
  return 1000 * (from + random() * (to - from));
}

// -- close codes ---------------------------------------------------------------------------------
// A close code says what to do next, and this table is the only place that knows it.

/** @type {Record<number, string>} */
const MEANINGS = {
  1000: "normal end",
  1001: "going away",
  1002: "protocol error",
  1003: "kind of data not taken",
  1005: "no code given",
  1006: "lost without a goodbye",
  1007: "not valid text",
  1008: "refused",
  1009: "message too big",
  1010: "extension missing",
  1011: "error in the server",
  1012: "server restarts",
  1013: "try again later",
  1014: "bad gateway",
  1015: "TLS failed",
};

/** @type {Record<number, string>} */
const STOPS = {
  1003: "The server does not take this kind of message.",
  1007: "The server could not read what this page sent.",
  1008: "The server refused this connection.",
};

const [NORMAL, LOST, REFUSED, TOO_BIG, RESTARTS, LATER] = [1000, 1006, 1008, 1009, 1012, 1013];

/**
 * What a close code means, in a few words.
 * @param {number} code
 */
export function meaning(code) {
  return MEANINGS[code] ?? (forGood(code) ? "ended for good" : "ended by the server");
}

/**
 * Why not to come back by oneself after this close; null when one should.
 * @param {number} code
 * @param {string} [reason] what the server said with it
 * @returns {string | null}
 */
export function stopped(code, reason = "") {
  const words =
    STOPS[code] ?? (forGood(code) ? "The server ended this connection for good." : null);
  return words && reason ? `${words} It said: “${reason}”` : words;
}

/** @param {number} code */
function forGood(code) {
  return code >= 4500 && code <= 4999;
}

// -- frames --------------------------------------------------------------------------------------

/** The WebSocket subprotocol of a room. */
export const SUBPROTOCOL = "broadcaster.v1.json";

// The server cannot read such a frame at all, and so cannot say in its answer which one it was.
const UNREADABLE = new Set(["bad_json", "bad_command", "bad_key"]);

const encoder = new TextEncoder();

/**
 * What came in, as an event; null when it is nothing that can be understood.
 * @param {unknown} data a frame, a line, or an event already
 * @returns {any}
 */
export function read(data) {
  try {
    const event = typeof data === "string" ? JSON.parse(data) : data;
    return typeof event?.type === "string" ? event : null;
  } catch {
    return null;
  }
}

/**
 * A command as it goes over a socket.
 * @param {{text?: string, name?: string, [more: string]: unknown}} command
 */
export function frame({ text, name, ...rest }) {
  return JSON.stringify({ ...rest, text: wellFormed(text), name: wellFormed(name) });
}

/** Bytes on the wire: limits are told in bytes, not in characters. @param {string} text */
export function bytes(text) {
  return encoder.encode(text).length;
}

// Half a surrogate pair, cut out of an emoji, is no Unicode text. (toWellFormed is still young.)
/** @param {string | undefined} text */
function wellFormed(text) {
  return text?.replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * Random bytes as base64url, fit for a URL and for a key. They come from getRandomValues, since
 * randomUUID is withheld over plain http on a LAN.
 * @param {number} bytes
 */
export function token(bytes) {
  const raw = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...raw))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

// -- the place in the log ------------------------------------------------------------------------

/** Where one stands in the log. Only a message or a gap moves it; ids come one after the other. */
export class Position {
  /** @type {string | null} */
  epoch = null;
  id = 0;
  #anywhere = true;

  /** @param {string | null} [cursor] "epoch:id", or "0" for the beginning of what is kept */
  constructor(cursor = "") {
    if (!cursor) return;
    this.#anywhere = false;
    const colon = cursor.lastIndexOf(":");
    if (colon < 0) return;
    this.epoch = cursor.slice(0, colon);
    this.id = Number(cursor.slice(colon + 1));
  }

  /** What to resume from; null for the head, wherever that is. */
  get cursor() {
    if (this.epoch !== null) return `${this.epoch}:${this.id}`;
    return this.#anywhere ? null : "0";
  }

  /**
   * Whoever stood nowhere stands at the head now.
   * @param {{epoch: string, head: number}} welcome
   */
  begin({ epoch, head }) {
    if (this.epoch !== null) return;
    this.epoch = epoch;
    if (this.#anywhere) this.id = head;
  }

  /**
   * What a message with this id is to somebody who stands here.
   * @param {number} id
   * @returns {"seen" | "next" | "hole"}
   */
  place(id) {
    if (id <= this.id) return "seen";
    return id === this.id + 1 ? "next" : "hole";
  }

  /** The next message was taken. */
  advance() {
    this.id += 1;
  }

  /**
   * What is gone is gone: the server's numbers are taken over, so that nobody asks twice.
   * @param {Gap} gap
   */
  skip({ lost, epoch, oldest }) {
    this.epoch = epoch;
    this.id = lost ? lost[1] : oldest - 1;
  }
}

// -- the people ----------------------------------------------------------------------------------

/**
 * Who is here: the list of the welcome, kept up by presence. A version that was missed leaves the
 * list a little wrong and the count right; the next welcome repairs it.
 */
export class People {
  /** @type {Map<string, string>} */
  #names = new Map();
  #version = 0;

  /** How many there are, which may be more than the list holds. */
  count = 0;

  /** @param {{people?: Person[], presence?: number, count?: number}} welcome */
  start({ people = [], presence = 0, count = 0 }) {
    this.#names = new Map(people.map(({ id, name }) => [id, name]));
    this.#version = presence;
    this.count = count;
  }

  /** @param {Presence} presence */
  change({ version, count, joined = [], left = [], renamed = [] }) {
    const next = version === this.#version + 1;
    this.#version = version;
    this.count = count;
    if (!next) return;
    for (const id of left) this.#names.delete(id);
    for (const { id, name } of [...joined, ...renamed]) this.#names.set(id, name);
  }

  /** @param {string} [id] */
  nameOf(id = "") {
    return this.#names.get(id);
  }

  /**
   * The people that are known by name, oneself first, then by name.
   * @param {string} [me]
   */
  list(me) {
    return Array.from(this.#names, ([id, name]) => ({ id, name, you: id === me })).sort(
      (a, b) =>
        Number(b.you) - Number(a.you) || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1),
    );
  }
}

// -- silence -------------------------------------------------------------------------------------

const SILENCE = 2.5;

/**
 * A server that is there says so every few seconds. Silence for two and a half times as long means
 * that it is not, whatever the socket believes.
 */
export class Watchdog {
  #silent;
  #after;
  #ms = 0;
  #cancel = () => {};

  /**
   * @param {() => void} silent called when nothing was heard for too long
   * @param {Edge["after"]} [after]
   */
  constructor(silent, after = WORLD.after) {
    this.#silent = silent;
    this.#after = after;
  }

  /** @param {number} [seconds] between two signs of life; 0: none are to be expected */
  start(seconds = 0) {
    this.#ms = seconds * 1000 * SILENCE;
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

// -- the ways to a server ------------------------------------------------------------------------
// A way opens a line. A line tells what it hears until it is closed, by either side, and is never
// opened again. What came is told as it came: a frame, or an event.

/**
 * @typedef {object} Hears
 * @property {() => void} open
 * @property {(data: unknown) => void} frame
 * @property {(code: number, reason: string) => void} close
 *
 * @typedef {object} Line
 * @property {(data: any) => void} send
 * @property {() => void} close nothing is heard of it any more
 *
 * @typedef {object} Way
 * @property {string} name
 * @property {(type: string) => boolean} carries whether commands of this type can be sent on it
 * @property {(hears: Hears) => Line} open
 *
 * @typedef {object} Asking whoever opens a line to a room, as they are at that moment
 * @property {() => string} socket the address of the WebSocket
 * @property {string} room its URL
 * @property {(query?: Record<string, string>) => string} url that, with who asks and since when
 * @property {() => {name: string, token: string}} who
 */

/** A WebSocket. Its data are the frames, as they are. */
export class SocketWay {
  name = "websocket";
  #address;
  #protocols;
  #WebSocket;

  /**
   * @param {() => string} address asked anew for each attempt
   * @param {string[]} [protocols]
   * @param {typeof WebSocket} [given]
   */
  constructor(address, protocols = [], given = WebSocket) {
    this.#address = address;
    this.#protocols = protocols;
    this.#WebSocket = given;
  }

  carries() {
    return true;
  }

  /** @param {Hears} hears @returns {Line} */
  open(hears) {
    const socket = new this.#WebSocket(this.#address(), this.#protocols);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => hears.open());
    socket.addEventListener("message", ({ data }) => hears.frame(data));
    // A close follows. Node's `ws` ends a program over an error that nobody hears.
    socket.addEventListener("error", () => {});
    socket.addEventListener("close", ({ code, reason }) => hears.close(code, reason));
    return socket;
  }
}

/** A room's own WebSocket, which takes commands. */
class RoomSocketWay extends SocketWay {
  /** @param {Hears} hears @returns {Line} */
  open(hears) {
    const socket = super.open(hears);
    return { send: (command) => socket.send(frame(command)), close: () => socket.close() };
  }
}

/** Why a line by HTTP ended, as the close code that says the same. */
class Ended extends Error {
  /** @param {number} code @param {string} [reason] */
  constructor(code, reason) {
    super(reason);
    this.code = code;
  }
}

const ANSWERS = 15_000;
const LATER_SECONDS = 5;

/**
 * What the two ways by HTTP have in common: what is said goes out by POST, one request each, and
 * its answer is the ack or the error. Edits and deletes do not exist by HTTP; whoever wrote one
 * keeps it until there is a socket. A new name travels with the next message.
 */
class HttpLine {
  #aborts = new AbortController();

  /** @param {Asking} asking @param {Hears} hears @param {Edge} edge */
  constructor(asking, hears, edge) {
    this.asking = asking;
    this.hears = hears;
    this.edge = edge;
    this.#until(Promise.resolve().then(() => this.listen()));
  }

  /** Tells what it hears, for as long as it goes. @returns {Promise<void>} */
  async listen() {
    throw new Ended(LOST);
  }

  /** @param {Command} command */
  send(command) {
    this.#until(this.#post(command));
  }

  close() {
    this.#aborts.abort();
  }

  /**
   * @param {string} accept
   * @param {Record<string, string>} [query]
   * @returns {Promise<Response>} what was asked for, and no refusal
   */
  async get(accept, query) {
    const answer = await this.#fetch(this.asking.url(query), { headers: { Accept: accept } });
    if (!answer.ok) throw await ended(answer);
    return answer;
  }

  /** @param {Promise<void>} done */
  async #until(done) {
    try {
      await done;
    } catch (error) {
      if (this.#aborts.signal.aborted) return;
      const { code, message } = error instanceof Ended ? error : new Ended(LOST);
      this.hears.close(code, message);
    }
  }

  // A request that is not answered in time is lost, and the line with it: what was said goes out
  // again, under the same key.
  /** @param {Command} command */
  async #post({ key, text = "" }) {
    const calm = this.edge.after(ANSWERS, () => this.#silent());
    try {
      const answer = await this.#fetch(this.asking.room, this.#saying(key, text));
      this.hears.frame(answer.ok ? await acked(answer, key) : await failed(answer, key));
    } finally {
      calm();
    }
  }

  #silent() {
    this.close();
    this.hears.close(LOST, "no answer");
  }

  /** @param {string} key @param {string} text @returns {RequestInit} */
  #saying(key, text) {
    const { name, token } = this.asking.who();
    return {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      body: frame({ key, text, name: name || undefined }),
    };
  }

  /** @param {string} url @param {RequestInit} how */
  #fetch(url, how) {
    return this.edge.fetch(url, { ...how, cache: "no-store", signal: this.#aborts.signal });
  }
}

/** @param {Response} answer @param {string} key */
async function acked(answer, key) {
  const { id, duplicate } = await answer.json();
  return { type: "ack", key, id, duplicate };
}

// Only a refusal in the server's own words is one. A proxy may say what it likes: it is asked again.
/** @param {Response} answer @param {string} key */
async function failed(answer, key) {
  const { code, detail } = await problem(answer);
  const later = answer.headers.get("Retry-After") ?? (code ? undefined : LATER_SECONDS);
  const retry_after = later === undefined ? undefined : Number(later) || LATER_SECONDS;
  const message = detail ?? `The server cannot be reached: ${answer.status}.`;
  return { type: "error", code: code ?? "unreachable", message, key, retry_after };
}

// 406 means that there is no such way on this server; others may be there.
/** @param {Response} answer */
async function ended(answer) {
  const { code, detail } = await problem(answer);
  const later = answer.status >= 500 || answer.headers.has("Retry-After");
  if (later) return new Ended(LATER);
  return code && answer.status !== 406 ? new Ended(REFUSED, detail) : new Ended(LOST);
}

/** @param {Response} answer @returns {Promise<{code?: string, detail?: string}>} */
async function problem(answer) {
  try {
    return await answer.json();
  } catch {
    return {};
  }
}

/** One answer that is held open, with an event a line. */
class StreamLine extends HttpLine {
  async listen() {
    const answer = await this.get("application/x-ndjson");
    this.hears.open();
    for await (const line of lines(answer)) this.hears.frame(line);
    throw new Ended(LOST);
  }
}

/** @param {Response} answer */
async function* lines({ body }) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const pieces = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = /** @type {string} */ (pieces.pop());
    yield* pieces;
  }
}

/** The same as Server-Sent Events, of which each has its data in one line. */
class EventsLine extends HttpLine {
  async listen() {
    const answer = await this.get("text/event-stream");
    this.hears.open();
    for await (const line of lines(answer)) this.#took(line);
    throw new Ended(LOST);
  }

  // A comment says nothing, and is a sign of life all the same.
  /** @param {string} line */
  #took(line) {
    if (line.startsWith("data: ")) this.hears.frame(line.slice(6));
    else if (line.startsWith(":")) this.hears.frame(line);
  }
}

const WAIT = 20;
const MOST = 500;
const HASTE = 1000;
const KEY_DAYS = 7;

/** Asks for what is new, again and again; the server holds its answer back until there is some. */
class PollLine extends HttpLine {
  /** Seconds that the server may hold its answer back. */
  wait = WAIT;

  async listen() {
    const page = await this.#page({});
    this.hears.open();
    this.hears.frame(welcomeOf(page));
    this.#tell(page);
    for (;;) await this.#next();
  }

  // Something in between may answer in the server's place, at once and every time.
  async #next() {
    const began = this.edge.now();
    const page = await this.#page(this.wait ? { wait: String(this.wait) } : {});
    this.#tell(page);
    const early = HASTE - (this.edge.now() - began);
    if (early > 0 && !(this.wait && page.messages.length)) await this.#pause(early);
  }

  /** @param {Record<string, string>} query */
  async #page(query) {
    return (await this.get("application/json", { limit: String(MOST), ...query })).json();
  }

  // Where the page ends is told like a heartbeat: a sign of life, and a way to notice a hole.
  /** @param {any} page */
  #tell({ gap, messages, cursor }) {
    if (gap) this.hears.frame({ ...gap, type: "gap" });
    for (const message of messages) this.hears.frame({ ...message, type: "message" });
    this.hears.frame({ type: "heartbeat", head: new Position(cursor).id });
  }

  /** @param {number} ms @returns {Promise<void>} */
  #pause(ms) {
    return new Promise((resolve) => {
      this.edge.after(ms, resolve);
    });
  }
}

/** Asks once a second, whether there is anything new or not. */
class AskLine extends PollLine {
  wait = 0;
}

// How long keys are known a poller is not told; this is what servers do unless told otherwise.
/** @param {any} page */
function welcomeOf({ room, epoch, head, oldest, you, limits = { key_days: KEY_DAYS } }) {
  return { type: "welcome", room, epoch, head, oldest, you, limits, heartbeat: WAIT };
}

/**
 * A way by HTTP.
 * @param {string} name
 * @param {typeof HttpLine} Line
 * @param {Asking} asking
 * @param {Edge} edge
 * @returns {Way}
 */
function byHttp(name, Line, asking, edge) {
  /** @type {Edge["fetch"]} */
  const told = (url, how) => edge.fetch(url, how, name);
  return {
    name,
    carries: (type) => type === "say",
    open: (hears) => new Line(asking, hears, { ...edge, fetch: told }),
  };
}

// -- the connection ------------------------------------------------------------------------------

const STEADY = 10_000;
const PATIENCE = 15_000;
const RESTART_WINDOW = /** @type {[number, number]} */ ([0.2, 2]);
const MISSES = 2;
const CLIMB = 60_000;
const LADDER = 3;

/**
 * A connection is kept, not opened once: the close code decides whether to come back, the wait is
 * random, and there is never more than one line, but for the moment in which a better one is tried.
 * Where a way was never any good it takes the next, and comes back to the first when it can; the
 * ways below the first three it goes only where it was told to.
 */
export class Connection {
  #ways;
  #on;
  #edge;
  /** @type {Line | null} */
  #line = null;
  /** @type {Line | null} */
  #better = null;
  #cancel = () => {};
  #calm = () => {};
  #failures = 0;
  /** @type {[number, number] | null} */
  #window = null;
  /** @type {number | null} */
  #openedAt = null;
  #again = false;
  #at = 0;
  #misses = 0;
  #good = false;
  #everGood = false;
  /** @type {number | null} */
  #chosen = null;

  /** @type {State} */
  state;

  /**
   * @param {object} given
   * @param {Way[]} given.ways the best first
   * @param {{state?: (state: State) => void, open?: () => void, frame?: (data: any) => void, close?: (code: number, reason: string, climbed: boolean) => void}} given.on
   * @param {Pick<Edge, "after" | "now" | "random">} [given.edge]
   */
  constructor({ ways, on, edge = WORLD }) {
    this.#ways = ways;
    this.#on = on;
    this.#edge = edge;
    this.state = { is: "idle", again: false, way: this.way.name, chosen: false };
  }

  /** The way that it goes, or would go. */
  get way() {
    return this.#ways[this.#at];
  }

  get connected() {
    return this.state.is === "connected";
  }

  /** Connects now, whatever was planned; does nothing while a line is there. */
  connect() {
    if (this.#line) return;
    this.#cancel();
    this.#good = false;
    const line = this.way.open(this.#hears(() => this.#line === line));
    this.#line = line;
    this.#cancel = this.#edge.after(PATIENCE, () => this.#closed(LOST, "no answer"));
    this.#enter("connecting");
  }

  /** Connects now if it was only waiting for its moment. */
  hurry() {
    if (this.state.is === "waiting") this.connect();
  }

  /** Replaces a line that may be dead without knowing it. */
  renew() {
    if (!this.#line) return this.hurry();
    if (this.#lost(LOST, "")) this.connect();
  }

  /**
   * Goes one way and no other; without a name, whichever is best. The line that there is goes on
   * until something is heard on the new one.
   * @param {string} [name]
   */
  use(name) {
    const at = this.#ways.findIndex((way) => way.name === name);
    this.#chosen = at < 0 ? null : at;
    this.#giveUpBetter();
    if (this.#at === Math.max(0, at)) return;
    if (this.connected) return this.#climb();
    this.#take(this.#best);
    this.renew();
  }

  /** Another network may be another way: begins with the best again. */
  restart() {
    this.#take(this.#best);
    this.#everGood = false;
    this.renew();
  }

  /** What came on this line cannot be right: comes back after a wait, like after any loss. */
  drop() {
    if (this.connected) this.#closed(LOST, "");
  }

  /** What came on this line is right, and so is the way. */
  praise() {
    this.#good = true;
    this.#misses = 0;
    this.#everGood = true;
    if (this.#at !== this.#best) this.#climbLater();
  }

  /** Ends it until connect() is called. */
  leave() {
    this.#cancel();
    this.#release();
    this.#again = false;
    this.#enter("idle");
  }

  /**
   * @param {unknown} data
   * @returns {boolean} whether there was a connection to send on
   */
  send(data) {
    if (!this.connected) return false;
    this.#line?.send(data);
    return true;
  }

  /**
   * The server is about to close and has named when to be back.
   * @param {[number, number]} window seconds
   */
  comeBackWithin(window) {
    this.#window = window;
  }

  /** @param {() => boolean} mine whether it is still this line that counts @returns {Hears} */
  #hears(mine) {
    return {
      open: () => mine() && this.#opened(),
      frame: (data) => mine() && this.#on.frame?.(data),
      close: (code, reason) => mine() && this.#closed(code, reason),
    };
  }

  #opened() {
    this.#cancel();
    this.#openedAt = this.#edge.now();
    this.#again = true;
    this.#enter("connected");
    this.#on.open?.();
  }

  /** @param {number} code @param {string} reason */
  #closed(code, reason) {
    if (!this.#good) this.#missed();
    if (!this.#lost(code, reason)) return;
    const words = stopped(code, reason);
    if (words) this.#enter("stopped", { words });
    else this.#wait(code);
  }

  /**
   * @param {number} code
   * @param {string} reason
   * @returns {boolean} whether it is still to go on: who is told may leave, or connect
   */
  #lost(code, reason, climbed = false) {
    const { state } = this;
    this.#cancel();
    this.#release();
    this.#on.close?.(code, reason, climbed);
    return this.state === state;
  }

  /** @param {number} code */
  #wait(code) {
    const ms = this.#delay(code);
    this.#cancel = this.#edge.after(ms, () => this.connect());
    this.#enter("waiting", { until: this.#edge.now() + ms });
  }

  /** @param {number} code */
  #delay(code) {
    if (this.#openedAt !== null && this.#edge.now() - this.#openedAt >= STEADY) this.#failures = 0;
    const restarts = code === RESTARTS && this.#openedAt !== null && this.#failures === 0;
    const named = this.#window;
    this.#window = null;
    this.#openedAt = null;
    if (named) return within(named, this.#edge.random);
    // A server that says again and again that it restarts is one that is away.
    const failures = this.#failures++;
    return restarts
      ? within(RESTART_WINDOW, this.#edge.random)
      : backoff(failures, this.#edge.random);
  }

  #release() {
    const line = this.#line;
    this.#line = null;
    line?.close();
    this.#giveUpBetter();
  }

  /** @param {State["is"]} is @param {{until?: number, words?: string}} [more] */
  #enter(is, more = {}) {
    const chosen = this.#chosen !== null;
    this.state = { is, again: this.#again, way: this.way.name, chosen, ...more };
    this.#on.state?.(this.state);
  }

  // Once a way was any good, a failure means that the server is away, and not that something in
  // between does not let it through. Until then the first way has two attempts, the others one.
  #missed() {
    if (this.#chosen !== null) return this.#take(this.#chosen);
    if (this.#everGood || (this.#at === 0 && ++this.#misses < MISSES)) return;
    this.#take((this.#at + 1) % Math.min(LADDER, this.#ways.length));
  }

  get #best() {
    return this.#chosen ?? 0;
  }

  /** @param {number} at */
  #take(at) {
    this.#at = at;
    this.#misses = 0;
  }

  #climbLater() {
    this.#calm();
    const ms = CLIMB * (0.5 + this.#edge.random());
    this.#calm = this.#edge.after(ms, () => this.#climb());
  }

  // The best way is tried beside the line that there is, which goes on until the other is heard.
  #climb() {
    const at = this.#best;
    const hears = this.#hears(() => this.#line === better);
    const tried = () => this.#better === better;
    const better = this.#ways[at].open({
      open: () => {},
      frame: (data) => {
        if (tried()) this.#climbed(better, at);
        hears.frame(data);
      },
      close: (code, reason) => (tried() ? this.#stay() : hears.close(code, reason)),
    });
    this.#better = better;
    this.#calm = this.#edge.after(PATIENCE, () => this.#stay());
  }

  #stay() {
    this.#giveUpBetter();
    this.#climbLater();
  }

  #giveUpBetter() {
    this.#calm();
    const better = this.#better;
    this.#better = null;
    better?.close();
  }

  /** @param {Line} better @param {number} at */
  #climbed(better, at) {
    this.#better = null;
    this.#take(at);
    if (!this.#lost(NORMAL, "", true)) return better.close();
    this.#line = better;
    this.#opened();
  }
}

/**
 * The network came back, or the reader did: that is the moment to connect, not the end of a wait.
 * @param {{hurry: () => void, restart: () => void}} connection
 * @returns {() => void} ends it
 */
export function hurryOnReturn(connection) {
  if (!globalThis.document) return () => {};
  const over = new AbortController();
  const until = { signal: over.signal };
  let suspect = false;
  const returned = () => {
    if (document.visibilityState === "visible") connection.hurry();
  };
  const left = () => {
    suspect = true;
  };
  const online = () => {
    // A socket that lived through the loss of its network often looks open and is not.
    if (suspect) connection.restart();
    suspect = false;
    connection.hurry();
  };
  addEventListener("offline", left, until);
  addEventListener("online", online, until);
  addEventListener("pageshow", returned, until);
  document.addEventListener("visibilitychange", returned, until);
  return () => over.abort();
}

// -- publishing ----------------------------------------------------------------------------------

/** The server will not take it: `code` is its word for why, the message says it in a sentence. */
export class Refusal extends Error {
  /** @param {string} code @param {string} words */
  constructor(code, words) {
    super(words);
    this.name = "Refusal";
    this.code = code;
  }
}

/**
 * What is to be said, in memory: one at a time, in order, under one key, until it is stored or
 * refused. What cannot go the way that there is waits, and lets the rest pass.
 */
class Publisher {
  /** @type {{command: Command, resolve: (published: Published) => void, reject: (why: Refusal) => void}[]} */
  #entries = [];
  /** @type {string | null} */
  #flying = null;
  #paused = false;
  #room;
  #after;

  /** @param {Room} room @param {Edge["after"]} after */
  constructor(room, after) {
    this.#room = room;
    this.#after = after;
  }

  /** @param {Command} command @returns {Promise<Published>} */
  add(command) {
    return new Promise((resolve, reject) => {
      this.#entries.push({ command, resolve, reject });
      this.next();
    });
  }

  next() {
    if (this.#flying || this.#paused) return;
    const entry = this.#entries.find(({ command }) => this.#room.carries(command.type));
    if (!entry) return;
    if (this.#isTooLong(entry.command)) return this.#refuse(entry.command.key, tooLong());
    if (this.#room.send(entry.command)) this.#flying = entry.command.key;
  }

  /** @param {Ack} ack */
  acked({ key, id, duplicate = false }) {
    this.#take(key)?.resolve({ id, duplicate });
    this.next();
  }

  /** @param {Failure} failure */
  failed({ key, code, message, retry_after }) {
    if (!key || key !== this.#flying) return;
    if (retry_after === undefined) this.#refuse(key, new Refusal(code, message));
    else this.#postpone(retry_after);
  }

  /** The connection is gone: nobody knows what became of the one in flight. @param {boolean} tooBig */
  lost(tooBig) {
    const key = this.#flying;
    this.#flying = null;
    if (tooBig && key) this.#refuse(key, tooLong());
  }

  /** @param {number} seconds */
  #postpone(seconds) {
    this.#paused = true;
    this.#flying = null;
    this.#after(seconds * 1000, () => {
      this.#paused = false;
      this.next();
    });
  }

  /** @param {string} key @param {Refusal} why */
  #refuse(key, why) {
    this.#take(key)?.reject(why);
    this.next();
  }

  /** @param {string} key */
  #take(key) {
    if (this.#flying === key) this.#flying = null;
    const at = this.#entries.findIndex(({ command }) => command.key === key);
    return at < 0 ? undefined : this.#entries.splice(at, 1)[0];
  }

  /** @param {Command} command */
  #isTooLong(command) {
    const { limit } = this.#room;
    return limit !== undefined && bytes(frame(command)) > limit;
  }
}

function tooLong() {
  return new Refusal("too_long", "This is longer than the server takes.");
}

// -- the room ------------------------------------------------------------------------------------

// Seconds, as between two signs of life, in which a server that took the line says welcome.
const WELCOMES = 6;

/**
 * @typedef {object} Events what a room tells, each with what comes along
 * @property {State} state
 * @property {Welcome} welcome the server is there, and has told where its log stands
 * @property {Message} message the next record of the log, exactly once
 * @property {Gap} gap what is no longer kept, in its place between two messages
 * @property {People} presence somebody came, went, or changed their name
 * @property {Ack} ack a command is stored; `publish` needs no listener for it
 * @property {Failure} error a command was refused
 * @property {Lost} lost the connection is gone
 * @property {null} heard all that came in one piece has been told: the moment to draw it
 */

/** A room that one reads and talks in. */
export class Room {
  #url;
  #socket;
  #query;
  #edge;
  #connection;
  #watchdog;
  #publisher;
  /** @type {Map<string, Set<(given: any) => void>>} */
  #listeners = new Map();
  #position;
  /** @type {Ack[]} */
  #early = [];
  /** @type {string | undefined} */
  #flying;
  #head = 0;
  #asked = "";
  #token;
  #here = false;
  #rest = () => {};

  /** What one is called, or wants to be. */
  name;
  /** Who one is, as soon as the server has told. @type {Person | null} */
  you = null;
  /** The most bytes that the server takes in one command. @type {number | undefined} */
  limit;
  people = new People();

  /**
   * @param {string | URL} url the room's, as in the address bar
   * @param {object} [given]
   * @param {string} [given.name] what to be called
   * @param {string | null} [given.since] a cursor to go on from; "0" is the beginning of what is
   *   kept; without it, what is said from now on
   * @param {string} [given.token] proves who one is, from `/-/identity`. Without it, a page of the
   *   same server is whom its cookie names, and everybody else asks for one before they connect;
   *   keep `room.token` to be the same person again. "" asks for none: then each connection is
   *   somebody new, and what is sent again over another one may be stored twice.
   * @param {string | URL} [given.socket] the address of its WebSocket, where it is not the room's
   * @param {Record<string, string>} [given.query] more for that address
   * @param {typeof globalThis.WebSocket} [given.WebSocket] where there is none (Node before 22),
   *   it goes by HTTP
   * @param {Partial<Edge>} [given.edge] time, chance and ways out, for the tests
   */
  constructor(url, { name = "", since, token, socket = url, query = {}, ...given } = {}) {
    const base = globalThis.location?.href;
    this.#url = new URL(url, base);
    this.#socket = new URL(socket, base);
    this.#query = query;
    this.#edge = {
      ...WORLD,
      ...given.edge,
      ...(given.WebSocket && { WebSocket: given.WebSocket }),
    };
    this.name = name;
    this.#token = token ?? (this.#url.origin === globalThis.location?.origin ? "" : null);
    this.#position = new Position(since);
    this.#head = this.#position.id;
    this.#watchdog = new Watchdog(() => this.#connection.drop(), this.#edge.after);
    this.#publisher = new Publisher(this, this.#edge.after);
    this.#connection = this.#connects();
  }

  /**
   * Hears of something.
   * @template {keyof Events} Kind
   * @param {Kind} kind
   * @param {(given: Events[Kind]) => void} listener
   * @returns {() => void} ends it
   */
  on(kind, listener) {
    const those = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, those.add(listener));
    return () => those.delete(listener);
  }

  /** How far one has read: keep it, and hand it to the next Room as `since`. */
  get cursor() {
    return this.#position.cursor;
  }

  /** Which log it is that the numbers count. */
  get epoch() {
    return this.#position.epoch;
  }

  /** The number of the last message that came. */
  get last() {
    return this.#position.id;
  }

  /** Whether nothing is known to be missing after the last message. */
  get current() {
    return this.#here && this.last >= this.#head;
  }

  /** Whether there is a server that has said welcome. */
  get connected() {
    return this.#here;
  }

  /** @returns {State} */
  get state() {
    return this.#seen(this.#connection.state);
  }

  /** What proves who one is; null before it was asked for. */
  get token() {
    return this.#token;
  }

  /** Connects, and stays so until close(). */
  connect() {
    this.#rest();
    this.#rest = hurryOnReturn(this);
    this.#connection.connect();
  }

  /** Connects now if it was only waiting for its moment. */
  hurry() {
    this.#connection.hurry();
  }

  /** Begins as on another network. */
  restart() {
    this.#connection.restart();
  }

  /**
   * Goes one way from now on, in the middle of whatever it does; without a name, the best.
   * @param {"websocket" | "stream" | "poll" | "events" | "ask"} [way]
   */
  use(way) {
    this.#connection.use(way);
  }

  /** Leaves. What was not published yet is, after the next connect(). */
  close() {
    this.#rest();
    this.#watchdog.stop();
    if (this.#here) this.#lost(NORMAL, "", false);
    this.#connection.leave();
  }

  /**
   * Says something.
   * @param {string} text
   * @param {{key?: string}} [given] a key of one's own, to say the same again after a restart
   * @returns {Promise<Published>} once it is stored; fails with a Refusal if it never will be
   */
  publish(text, { key = token(12) } = {}) {
    return this.#publisher.add({ type: "say", key, text });
  }

  /** Gives one's own message new words. @param {number} id @param {string} text */
  edit(id, text) {
    return this.#publisher.add({ type: "edit", key: token(12), id, text });
  }

  /** Takes one's own message back. @param {number} id */
  delete(id) {
    return this.#publisher.add({ type: "delete", key: token(12), id });
  }

  /** Is called something else from now on. @param {string} name */
  rename(name) {
    this.name = name;
    if (this.#here) this.#tellName();
  }

  /** Is somebody else from now on. @param {{name: string, token: string}} somebody */
  become({ name, token }) {
    this.name = name;
    this.#token = token;
    this.#connection.renew();
  }

  /** Whether there is a connection that takes commands of this type. @param {string} type */
  carries(type) {
    return this.#here && this.#connection.way.carries(type);
  }

  /**
   * Sends one command once, for whoever keeps their own account of what was answered: by `ack`,
   * by `error`, or not at all when `lost`.
   * @param {Command} command
   * @returns {boolean} whether it went out
   */
  send(command) {
    if (!this.carries(command.type)) return false;
    this.#flying = command.key;
    return this.#connection.send(command);
  }

  // -- how it is connected -----------------------------------------------------------------------

  #connects() {
    const edge = this.#edge;
    /** @type {Asking} */
    const asking = {
      socket: () => this.#address(),
      room: this.#with(this.#url, {}).href,
      url: (query) => this.#with(this.#url, { ...this.#asks(), ...query }).href,
      who: () => ({ name: this.name, token: this.#token ?? "" }),
    };
    const ways = [
      byHttp("stream", StreamLine, asking, edge),
      byHttp("poll", PollLine, asking, edge),
      byHttp("events", EventsLine, asking, edge),
      byHttp("ask", AskLine, asking, edge),
    ];
    if (edge.WebSocket)
      ways.unshift(new RoomSocketWay(asking.socket, [SUBPROTOCOL], edge.WebSocket));
    return new Connection({
      ways: ways.map((way) => this.#introduced(way)),
      edge,
      on: {
        state: (state) => this.#told(state),
        open: () => this.#watchdog.start(WELCOMES),
        frame: (data) => this.#receive(data),
        close: (code, reason, climbed) => this.#lost(code, reason, climbed),
      },
    });
  }

  #address() {
    const url = this.#with(this.#socket, { ...this.#asks(), ...this.#query });
    url.protocol = url.protocol.replace(/^http/, "ws");
    return url.href;
  }

  #asks() {
    this.#asked = this.name;
    const since = this.cursor;
    return {
      ...(this.name && { name: this.name }),
      ...(since && { since }),
      ...(this.#token && { as: this.#token }),
    };
  }

  /** @param {URL} base @param {Record<string, string>} query */
  #with(base, query) {
    const url = new URL(base);
    url.search = new URLSearchParams(query).toString();
    url.hash = "";
    return url;
  }

  // Keys belong to a person: who is somebody new on each connection cannot send anything again.
  /** @param {Way} way @returns {Way} which asks for an identity first, if there is none yet */
  #introduced(way) {
    return {
      name: way.name,
      carries: way.carries,
      open: (hears) => (this.#token === null ? this.#introduces(way, hears) : way.open(hears)),
    };
  }

  /** @param {Way} way @param {Hears} hears @returns {Line} */
  #introduces(way, hears) {
    /** @type {Line | undefined} */
    let line;
    const aborts = new AbortController();
    this.#identity(aborts.signal).then(
      (token) => {
        this.#token = token;
        if (!aborts.signal.aborted) line = way.open(hears);
      },
      () => hears.close(LOST, ""),
    );
    return {
      send: (command) => line?.send(command),
      close: () => {
        aborts.abort();
        line?.close();
      },
    };
  }

  /** @param {AbortSignal} signal @returns {Promise<string>} */
  async #identity(signal) {
    const url = new URL("/-/identity", this.#url).href;
    const answer = await this.#edge.fetch(url, { method: "POST", signal });
    if (!answer.ok) throw new Ended(LOST);
    return (await answer.json()).token;
  }

  // -- what it hears -----------------------------------------------------------------------------

  /** @param {any} data */
  #receive(data) {
    this.#watchdog.heard();
    const event = read(data);
    if (!event) return;
    this.#take(event);
    this.#emit("heard", null);
  }

  /** @param {any} event */
  #take(event) {
    switch (event.type) {
      case "welcome":
        return this.#welcome(event);
      case "message":
        return this.#arrived([event]);
      case "batch":
        return this.#arrived(event.messages);
      case "gap":
        return this.#skipped(event);
      case "heartbeat":
        return this.#beat(event.head);
      case "ack":
        return this.#acked(event);
      case "error":
        return this.#failed(event);
      case "presence":
        return this.#moved(event);
      case "goodbye":
        if (event.retry_between) this.#connection.comeBackWithin(event.retry_between);
    }
  }

  /** @param {Welcome & {type: string}} event */
  #welcome(event) {
    this.#here = true;
    this.#head = event.head;
    this.#position.begin(event);
    this.#connection.praise();
    this.#watchdog.start(event.heartbeat);
    this.limit = event.limits?.message ?? this.limit;
    if (event.people) this.people.start(event);
    this.#name(event.you);
    this.#emit("welcome", event);
    if (!this.#here) return;
    this.#emit("state", this.state);
    this.#publisher.next();
  }

  // A name that was chosen while the welcome was on its way is newer than the one in it.
  /** @param {Person} [you] */
  #name(you) {
    if (you) this.you = you;
    if (this.name !== this.#asked) this.#tellName();
    else if (you) this.name = you.name;
  }

  // By HTTP a new name travels with what is said next.
  #tellName() {
    const { way } = this.#connection;
    if (way.carries("rename")) this.#connection.send({ type: "rename", name: this.name });
  }

  // After a hole nothing of this connection is taken any more: the next one fills it.
  /** @param {Message[]} messages */
  #arrived(messages) {
    for (const message of messages) {
      const place = this.#position.place(message.id);
      if (place === "hole") return this.#connection.drop();
      if (place === "seen") continue;
      this.#position.advance();
      this.#emit("message", message);
      if (!this.#here) return;
      this.#settle();
    }
  }

  /** @param {Gap} gap */
  #skipped(gap) {
    this.#position.skip(gap);
    this.#head = gap.head;
    this.#emit("gap", gap);
    this.#settle();
  }

  /** @param {number} head */
  #beat(head) {
    this.#head = Math.max(this.#head, head);
    if (head > this.last) this.#connection.drop();
  }

  // By HTTP an ack can overtake one's own copy, which is on its way by another line. It waits for
  // it, so that the order is the same by every way.
  /** @param {Ack} ack */
  #acked(ack) {
    this.#early.push(ack);
    this.#settle();
  }

  #settle() {
    const due = this.#early.filter(({ id }) => id <= this.last);
    this.#early = this.#early.filter(({ id }) => id > this.last);
    for (const ack of due) {
      this.#emit("ack", ack);
      this.#publisher.acked(ack);
    }
  }

  // An error that is about nothing written answers a rename, and the list of people knows the name
  // that stayed.
  /** @param {Failure} given */
  #failed(given) {
    const key = given.key ?? (UNREADABLE.has(given.code) ? this.#flying : undefined);
    const failure = { ...given, key };
    if (!key) this.name = this.people.nameOf(this.you?.id) ?? this.name;
    this.#emit("error", failure);
    this.#publisher.failed(failure);
  }

  /** @param {Presence} presence */
  #moved(presence) {
    this.people.change(presence);
    this.name = presence.renamed?.find(({ id }) => id === this.you?.id)?.name ?? this.name;
    this.#emit("presence", this.people);
  }

  /** @param {number} code @param {string} reason @param {boolean} climbed */
  #lost(code, reason, climbed) {
    const tooBig = code === TOO_BIG;
    this.#here = false;
    this.#early = [];
    this.#flying = undefined;
    this.#watchdog.stop();
    this.#emit("lost", { code, tooBig, climbed, words: stopped(code, reason) });
    this.#publisher.lost(tooBig);
  }

  // An open line is no server yet, and knows nothing of what was missed: its welcome does.
  /** @param {State} state */
  #told(state) {
    if (state.is !== "connected") this.#emit("state", state);
  }

  /** @param {State} state @returns {State} */
  #seen(state) {
    return state.is === "connected" && !this.#here ? { ...state, is: "connecting" } : state;
  }

  /** @template {keyof Events} Kind @param {Kind} kind @param {Events[Kind]} given */
  #emit(kind, given) {
    for (const listener of this.#listeners.get(kind) ?? []) tell(listener, given);
  }
}

// A listener that fails is its owner's to hear of, and none of ours to stumble over.
/** @template Given @param {(given: Given) => void} listener @param {Given} given */
function tell(listener, given) {
  try {
    listener(given);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
