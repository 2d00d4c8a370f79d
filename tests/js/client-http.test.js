import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Room } from "../../static/js/client.js";
import { answer, HttpRoom } from "./http-room.js";

const BY_STREAM = undefined;
const BY_POLL = (response) =>
  answer(response, 406, { code: "not_offered", detail: "No.", status: 406 });
const WAYS = [
  ["stream", BY_STREAM],
  ["poll", BY_POLL],
];

let server;
let room;
let told;

const WAITS = (ms, act) => {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
};
// Only what guards against silence takes its time.
const HURRIES = (ms, act) => WAITS(ms < 10_000 ? 0 : ms, act);

const enter = (given = {}) => {
  room = new Room(server.url, {
    name: "Ada",
    since: "0",
    token: "proof",
    WebSocket: undefined,
    ...given,
    edge: { WebSocket: undefined, random: () => 0, ...given.edge },
  });
  told = [];
  room.on("message", ({ text }) => told.push(text));
  room.on("gap", ({ lost }) => told.push(lost));
};
// Resolves when something told makes it true.
const until = (isSo) =>
  new Promise((done) => {
    const check = () => isSo() && done();
    for (const kind of ["heard", "state", "lost", "error"]) room.on(kind, check);
    check();
  });
const connected = () => until(() => room.connected);
const heard = (...texts) => until(() => told.length >= texts.length);

beforeEach(async () => {
  server = new HttpRoom();
  await server.start();
  enter();
});

afterEach(() => {
  room.close();
  server.stop();
});

for (const [way, stream] of WAYS) {
  test(`by ${way} it hears what there was and what is new, once and in order`, async () => {
    server.instead.stream = stream;
    server.say("one");
    server.say("two");
    room.connect();
    await heard("one", "two");
    assert.equal(room.state.way, way);
    server.say("three");
    await heard("one", "two", "three");
    assert.deepEqual(told, ["one", "two", "three"]);
    assert.equal(room.cursor, "YP88w15X:3");
  });

  test(`by ${way} who brings no cursor hears only what is new`, async () => {
    server.instead.stream = stream;
    server.say("before");
    enter({ since: undefined });
    room.connect();
    await connected();
    server.say("after");
    await heard("after");
    assert.deepEqual(told, ["after"]);
  });

  test(`by ${way} it resumes after a loss`, async () => {
    server.instead.stream = stream;
    room.connect();
    await connected();
    server.say("one");
    await heard("one");
    server.cut();
    server.say("two");
    await heard("one", "two");
    server.say("three");
    await heard("one", "two", "three");
    assert.deepEqual(told, ["one", "two", "three"]);
  });

  test(`by ${way} what is no longer kept is told with its numbers`, async () => {
    server.instead.stream = stream;
    for (const text of ["one", "two", "three"]) server.say(text);
    server.oldest = 3;
    room.connect();
    await heard([1, 2], "three");
    assert.deepEqual(told, [[1, 2], "three"]);
  });

  test(`by ${way} what is said goes out by POST, and its answer follows its copy`, async () => {
    server.instead.stream = stream;
    room.connect();
    await connected();
    room.on("ack", ({ id }) => told.push(`ack ${id}`));
    assert.deepEqual(await room.publish("hello"), { id: 1, duplicate: false });
    assert.deepEqual(told, ["hello", "ack 1"]);
  });
}

test("a long absence is caught up page by page, on one connection", async () => {
  server.instead.stream = BY_POLL;
  for (let n = 1; n <= 1200; n++) server.say(`${n}`);
  let losses = 0;
  room.on("lost", ({ code }) => {
    losses += code === 1000 ? 0 : 1;
  });
  room.connect();
  await until(() => told.length >= 1200);
  assert.deepEqual([told.length, losses, room.current], [1200, 2, true]);
});

test("who is told to come later does", async () => {
  server.instead.stream = (response) => {
    server.instead = {};
    const words = { code: "too_many", detail: "Later.", status: 429 };
    return answer(response, 429, words, { "Retry-After": "1" });
  };
  room.connect();
  await connected();
});

test("a line that comes in pieces is one line", async () => {
  const lines = [
    { type: "welcome", epoch: "e", head: 1, oldest: 1, heartbeat: 0 },
    { type: "message", id: 1, at: "", from: {}, text: "grüße 🦦" },
  ];
  const bytes = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const body = new ReadableStream({
    start: (pieces) => {
      for (const byte of bytes) pieces.enqueue(Uint8Array.of(byte));
    },
  });
  enter({ edge: { fetch: async () => new Response(body) } });
  room.connect();
  await heard("grüße 🦦");
  assert.deepEqual(told, ["grüße 🦦"]);
});

test("what answers a poll at once, and every time, is not asked without pause", async () => {
  const paused = new Promise((done) => {
    const after = (ms, act) => {
      if (ms > 0 && ms <= 1000) done();
      else return WAITS(ms, act);
      return () => {};
    };
    enter({ edge: { after } });
  });
  server.instead.stream = BY_POLL;
  const waits = [];
  server.instead.poll = (response, { query }) => {
    waits.push(query.wait);
    return answer(response, 200, { epoch: "e", head: 0, oldest: 1, cursor: "e:0", messages: [] });
  };
  room.connect();
  await paused;
  assert.deepEqual(waits, [undefined, "20"]);
});

test("a post that is never answered is sent again, on a new line", async () => {
  const after = (ms, act) => WAITS(ms === 15_000 ? 300 : ms, act);
  enter({ edge: { after } });
  room.connect();
  await connected();
  server.instead.post = () => {
    server.instead = {};
    return true;
  };
  assert.equal((await room.publish("hello")).id, 1);
  assert.deepEqual(server.requests, ["stream", "post", "stream", "post"]);
});

test("what was not answered is posted again under its key, and stored once", async () => {
  room.connect();
  await connected();
  server.instead.post = (response, { body }) => {
    server.instead = {};
    server.say(body.text, body.key);
    response.destroy();
    return true;
  };
  assert.deepEqual(await room.publish("hello"), { id: 1, duplicate: true });
  assert.deepEqual(told, ["hello"]);
  assert.equal(server.log.length, 1);
});

test("a refusal in the server's own words is one", async () => {
  room.connect();
  await connected();
  server.instead.post = (response) =>
    answer(response, 409, { code: "key_reused", detail: "Make a new key.", status: 409 });
  await assert.rejects(room.publish("a"), { code: "key_reused", message: "Make a new key." });
});

test("what the server takes later is posted again then", async () => {
  const waits = [];
  const after = (ms, act) => {
    if (ms > 100 && ms < 10_000) waits.push(ms);
    return HURRIES(ms, act);
  };
  enter({ edge: { after } });
  room.connect();
  await connected();
  server.instead.post = (response) => {
    server.instead = {};
    const full = { code: "store_full", detail: "Full.", status: 507 };
    return answer(response, 507, full, { "Retry-After": "3" });
  };
  assert.equal((await room.publish("a")).id, 1);
  assert.deepEqual(waits, [3000]);
});

test("what something in between says is no refusal", async () => {
  enter({ edge: { after: HURRIES } });
  room.connect();
  await connected();
  let asked = 0;
  server.instead.post = (response) =>
    ++asked < 3 && answer(response, asked === 1 ? 502 : 403, "<h1>Gateway</h1>");
  assert.equal((await room.publish("a")).id, 1);
  assert.equal(asked, 3);
});

test("a room that the server refuses is given up, in its words", async () => {
  server.instead.stream = (response) =>
    answer(response, 400, { code: "bad_room", detail: "No such room.", status: 400 });
  room.connect();
  await until(() => room.state.is === "stopped");
  assert.match(room.state.words, /No such room/);
});

test("edits and deletes wait for a socket, and let the rest pass", async () => {
  room.connect();
  await connected();
  assert.equal(room.carries("edit"), false);
  let done = false;
  room.edit(1, "better").then(() => {
    done = true;
  });
  assert.equal((await room.publish("hello")).id, 1);
  assert.equal(done, false);
});

test("who one is is proved to both ways, and a new name goes with what is said next", async () => {
  room.connect();
  await connected();
  assert.deepEqual(server.last.query, { name: "Ada", since: "0", as: "proof" });
  room.rename("Countess");
  await room.publish("hello");
  const { headers, body } = server.last;
  assert.equal(headers.authorization, "Bearer proof");
  assert.deepEqual([body.text, body.name], ["hello", "Countess"]);
});

test("who brings no proof asks for one first, once, and can keep it", async () => {
  enter({ token: undefined });
  room.connect();
  await connected();
  assert.equal(server.last.query.as, "proof");
  assert.equal(room.token, "proof");
  server.cut();
  await until(() => !room.connected);
  await connected();
  assert.deepEqual(server.requests, ["identity", "stream", "stream"]);
});

test("a server that is away is asked for a proof until it is there", async () => {
  server.instead.identity = (response) => {
    server.instead = {};
    response.destroy();
    return true;
  };
  enter({ token: undefined });
  room.connect();
  await connected();
  assert.equal(room.token, "proof");
});

test("where two WebSockets came to nothing it goes by stream", async () => {
  class Refused extends EventTarget {
    constructor() {
      super();
      server.requests.push("socket");
      const close = Object.assign(new Event("close"), { code: 1006, reason: "" });
      setImmediate(() => this.dispatchEvent(close));
    }
    close() {}
  }
  enter({ WebSocket: Refused });
  room.connect();
  await connected();
  assert.deepEqual(server.requests, ["socket", "socket", "stream"]);
  assert.equal(room.state.way, "stream");
});
