import assert from "node:assert/strict";
import { test } from "node:test";
import { har, ndjson } from "../../static/js/wire-save.js";

const EVENTS = [
  {
    type: "open",
    connection: "c1",
    at: "2026-11-23T09:00:00.000100Z",
    path: "/ws",
    query: "name=Ada&wire=…",
    headers: [
      ["Host", "here"],
      ["Cookie", null],
    ],
    answer: [["Upgrade", "websocket"]],
  },
  frame("c1", "client", "text", { text: "hello" }),
  frame("c2", "server", "binary", { hex: "c0 ff ee", cut: true }),
  frame("c1", "server", "close", { hex: "03 e8" }),
];
const ENTRIES = EVENTS.map((event, n) => ({ n, own: true, delta: null, event }));

function frame(connection, from, opcode, more) {
  return {
    type: "frame",
    connection,
    at: "2026-11-23T09:00:01.500Z",
    from,
    opcode,
    size: 5,
    ...more,
  };
}

test("a line of JSON an event", () => {
  assert.deepEqual(ndjson(ENTRIES).trimEnd().split("\n").map(JSON.parse), EVENTS);
});

test("HAR has an entry a connection, with its messages as DevTools have them", () => {
  const { log } = har(ENTRIES, "ws://here", "1");
  assert.equal(log.entries.length, 2);
  const [one, two] = log.entries;
  assert.equal(one.request.url, "ws://here/ws?name=Ada&wire=%E2%80%A6");
  assert.deepEqual(one.request.headers.at(-1), { name: "Cookie", value: "…" });
  assert.deepEqual(one._webSocketMessages, [
    { type: "send", time: Date.UTC(2026, 10, 23, 9, 0, 1, 500) / 1000, opcode: 1, data: "hello" },
    { type: "receive", time: Date.UTC(2026, 10, 23, 9, 0, 1, 500) / 1000, opcode: 8, data: "A+g=" },
  ]);
  assert.equal(two._webSocketMessages[0].data, "wP/u");
  assert.ok(two._webSocketMessages[0].comment);
});
