import assert from "node:assert/strict";
import { test } from "node:test";
import { conversationsIn } from "../../static/js/wire-again.js";
import { readRecording } from "../../static/js/wire-read.js";
import { har, ndjson } from "../../static/js/wire-save.js";

const AT = "2026-11-23T09:00:00.000Z";
const LATER = "2026-11-23T09:00:01.500Z";
const OPEN = {
  type: "open",
  connection: "c1",
  at: AT,
  path: "/-/echo/ws",
  query: "names=1&wire=…",
  subprotocol: "chat",
  headers: [
    ["Host", "here"],
    ["Cookie", null],
  ],
  answer: [["Sec-WebSocket-Protocol", "chat"]],
};
const frame = (from, opcode, more) => ({
  type: "frame",
  connection: "c1",
  at: LATER,
  from,
  opcode,
  size: 5,
  fin: true,
  ...more,
});
const EVENTS = [
  OPEN,
  frame("client", "text", { text: "hello" }),
  frame("client", "binary", { size: 2, hex: "00 ff" }),
  frame("server", "text", { text: "hello" }),
  frame("client", "text", { text: "hel", cut: true }),
  frame("client", "text", { hex: "ff fe ff fe ff" }),
  frame("server", "ping", { text: "12345" }),
  frame("client", "close", { hex: "03 e8", size: 2, code: 1000 }),
];
const entries = EVENTS.map((event, n) => ({ n, own: true, delta: null, event }));
const SAID = [
  { after: 1500, data: "hello" },
  { after: 1500, data: new Uint8Array([0, 255]) },
];

test("what was saved as NDJSON is read as it was", () => {
  assert.deepEqual(readRecording(ndjson(entries)), EVENTS);
});

for (const [form, text] of Object.entries({
  NDJSON: ndjson(entries),
  HAR: JSON.stringify(har(entries, "ws://here", "1")),
})) {
  test(`what its client said can be said again, from ${form}`, () => {
    const { conversations, partial } = conversationsIn(readRecording(text));
    assert.equal(partial, 2);
    assert.equal(conversations.length, 1);
    const [{ path, query, subprotocol, said }] = conversations;
    assert.deepEqual([path, query, subprotocol], ["/-/echo/ws", { names: "1" }, "chat"]);
    assert.deepEqual(said, SAID);
  });
}

test("a HAR of DevTools has requests of all kinds, and its own ideas of headers", () => {
  const { log } = har(entries.slice(0, 2), "ws://here", "1");
  const page = { ...log.entries[0], _webSocketMessages: undefined };
  const [socket] = log.entries;
  socket.connection = "443";
  const events = readRecording(JSON.stringify({ log: { ...log, entries: [page, socket] } }));
  assert.deepEqual(
    events.map(({ type, connection }) => [type, connection]),
    [
      ["open", "443"],
      ["frame", "443"],
    ],
  );
});

test("what is not as it should be is let go of, whoever wrote it", () => {
  const event = {
    ...frame("client", "text", { text: { evil: 1 }, hex: "zz", size: "big", html: "<b>" }),
    headers: [["a"]],
  };
  assert.deepEqual(readRecording(JSON.stringify(event)), [
    { type: "frame", connection: "c1", at: LATER, from: "client", opcode: "text", fin: true },
  ]);
});

for (const [words, text] of [
  ["Line 2 is no event of the wire", `${JSON.stringify(OPEN)}\nnonsense`],
  ["Line 1 is no event of the wire", '{"type":"frame","connection":1,"at":"now"}'],
  ["Line 1 is no event of the wire", "null"],
  ["Nothing of a WebSocket", ""],
  ["Nothing of a WebSocket", '{"log":{"entries":[]}}'],
  ["cannot be read as one", '{"log":{}}'],
  ["cannot be read as one", '{"log":{"entries":[{"_webSocketMessages":[{}]}]}}'],
]) {
  test(`${words}: ${text.slice(0, 40)}`, () => {
    assert.throws(() => readRecording(text), new RegExp(words));
  });
}
