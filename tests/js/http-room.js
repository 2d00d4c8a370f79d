// A room on a real HTTP server, as small as may be: what is said is kept, and told to whoever
// follows or asks. It takes no WebSocket.

import { createServer } from "node:http";

const EPOCH = "YP88w15X";
const PERSON = { id: "HnYv07oHwOM6", name: "Ada" };

export class HttpRoom {
  log = [];
  keys = new Map();
  oldest = 1;
  requests = [];
  /** What to answer instead, by method and form: a function of the response. */
  instead = {};
  #followers = new Set();
  #polls = new Set();

  async start() {
    this.server = createServer((request, response) => this.#asked(request, response));
    await new Promise((done) => this.server.listen(0, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${this.server.address().port}/r/ops`;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Somebody says something. */
  say(text, key = `k${this.log.length + 1}`) {
    const id = this.log.push({ type: "message", id: 0, at: "", from: PERSON, key, text });
    this.log[id - 1].id = id;
    this.keys.set(key, id);
    for (const follower of this.#followers) tell(follower, this.log[id - 1]);
    for (const answer of this.#polls) answer();
    this.#polls.clear();
    return id;
  }

  /** Says one event to all who follow. */
  event(event) {
    for (const follower of this.#followers) tell(follower, event);
  }

  /** Cuts everybody off. */
  cut() {
    this.server.closeAllConnections();
  }

  async #asked(request, response) {
    const url = new URL(request.url, this.url);
    const form = request.method === "POST" ? url.pathname : request.headers.accept;
    const what = { "/-/identity": "identity", "/r/ops": "post", "application/json": "poll" };
    const kind = what[form] ?? "stream";
    const asked = { kind, query: Object.fromEntries(url.searchParams), headers: request.headers };
    this.requests.push(kind);
    this.last = asked;
    if (kind === "post") asked.body = await bodyOf(request);
    if (this.instead[kind]?.(response, asked)) return;
    this[kind](response, asked);
  }

  identity(response) {
    answer(response, 200, { token: "proof", id: PERSON.id });
  }

  post(response, { body: { text, key } }) {
    const known = this.keys.get(key);
    const id = known ?? this.say(text, key);
    answer(response, known ? 200 : 201, { id, url: `/r/ops/${id}`, duplicate: Boolean(known) });
  }

  stream(response, { query: { since } }) {
    response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    const welcome = { ...this.#here(), you: PERSON, count: 1, people: [PERSON], presence: 0 };
    const limits = { message: 65_536, name: 40, key_days: 7 };
    tell(response, { type: "welcome", ...welcome, limits, heartbeat: 20 });
    const { gap, messages } = this.#after(since);
    for (const event of [gap, ...messages].filter(Boolean)) tell(response, event);
    this.#followers.add(response);
    response.on("close", () => this.#followers.delete(response));
  }

  poll(response, { query: { since, wait, limit } }) {
    const page = () => answer(response, 200, this.#page(since, Number(limit)));
    if (wait && this.#after(since).messages.length === 0) this.#polls.add(page);
    else page();
  }

  #page(since, limit) {
    const { gap, messages, ...rest } = this.#after(since, 0);
    const some = messages.slice(0, limit);
    const cursor = some.length ? `${EPOCH}:${some.at(-1).id}` : rest.cursor;
    return { ...this.#here(), ...rest, gap, messages: some, cursor };
  }

  #here() {
    return { room: "ops", epoch: EPOCH, head: this.log.length, oldest: this.oldest };
  }

  #after(since, wanted) {
    const head = this.log.length;
    const id = since === undefined ? (wanted ?? head) : Number(since.split(":").pop());
    const lost = id < this.oldest - 1 ? [id + 1, this.oldest - 1] : undefined;
    const gap = lost && { type: "gap", lost, epoch: EPOCH, oldest: this.oldest, head };
    const messages = this.log.slice(Math.max(id, this.oldest - 1));
    return { gap, messages, first: this.oldest, cursor: `${EPOCH}:${head}` };
  }
}

function tell(response, event) {
  response.write(`${JSON.stringify(event)}\n`);
}

export function answer(response, status, body, headers = {}) {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
  return true;
}

async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString());
}
