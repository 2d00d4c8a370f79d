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
  frame("client", "text", { hex: "ca cc 53 00", fin: false, compressed: true }),
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
    assert.equal(partial, 3);
    assert.equal(conversations.length, 1);
    const [{ path, query, subprotocol, said }] = conversations;
    assert.deepEqual([path, query, subprotocol], ["/-/echo/ws", { names: "1" }, "chat"]);
    assert.deepEqual(said, SAID);
  });
}

test("what is no text is none in a HAR either", () => {
  const events = readRecording(JSON.stringify(har(entries, "ws://here", "1")));
  assert.deepEqual(
    events.filter(({ opcode, hex }) => opcode === "text" && hex).map(({ hex }) => hex),
    ["ff fe ff fe ff", "ca cc 53 00"],
  );
});

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

test("names that an object has anyway are let go of as well", () => {
  const line = `{"__proto__":{"size":1},"constructor":"x",${JSON.stringify(OPEN).slice(1)}`;
  assert.deepEqual(readRecording(line), [OPEN]);
});

test("a name that comes again is another connection, in both forms", () => {
  const twice = [0, 1].flatMap(() => EVENTS.slice(0, 2)).map((event, n) => ({ n, event }));
  const texts = [ndjson(twice), JSON.stringify(har(twice, "ws://here", "1"))];
  for (const text of texts) {
    const { conversations } = conversationsIn(readRecording(text));
    assert.deepEqual(
      conversations.map(({ said }) => said),
      [SAID.slice(0, 1), SAID.slice(0, 1)],
    );
  }
});

test("a HAR keeps each connection’s moments to the microsecond, and tells all in their order", () => {
  const at = (connection, micros) => ({
    ...frame("client", "text", { text: "x", connection, size: 1 }),
    at: `2026-11-23T09:00:00.${micros}Z`,
  });
  const open = (connection) => ({ ...OPEN, connection, at: "2026-11-23T09:00:00.000000Z" });
  const events = [open("a"), open("b"), at("a", "000007"), at("b", "499999"), at("a", "500001")];
  const kept = events.map((event, n) => ({ n, event }));
  assert.deepEqual(
    readRecording(JSON.stringify(har(kept, "ws://here", "1"))).map((event) => event.at),
    events.map((event) => event.at),
  );
});

test("what a connection failed of is told, where DevTools tell it", () => {
  const error = { type: "error", time: 1795424400.5, opcode: -1, data: "Invalid frame header" };
  const [, closed] = readRecording(harOf({ _webSocketMessages: [error] }));
  assert.deepEqual([closed.type, closed.code, closed.reason], ["closed", 1006, error.data]);
});

test("a query is kept as it was asked for", () => {
  const events = readRecording(harOf({ request: { url: "ws://h/ws?a=b%26c&x=%ff&t=%E2%80%A6" } }));
  assert.equal(events[0].query, "a=b%26c&x=%ff&t=…");
});

test("a long message is no deep one", () => {
  const data = Buffer.alloc(9e6, 65).toString("base64");
  const message = { type: "send", time: 1795424400.5, opcode: 2, data };
  assert.equal(readRecording(harOf({ _webSocketMessages: [message] }))[1].size, 9e6);
});

function harOf(entry) {
  const whole = {
    startedDateTime: AT,
    request: { url: "ws://here/ws" },
    response: {},
    _webSocketMessages: [],
    ...entry,
  };
  return JSON.stringify({ log: { entries: [whole] } });
}

const message = (more) =>
  harOf({
    _webSocketMessages: [
      { type: "send", time: 1795424400, opcode: 1, data: "" },
      { type: "send", time: 1795424400, opcode: 2, data: "", ...more },
    ],
  });

for (const [words, text] of [
  [/^Line 2 is no event of the wire: it is no JSON \(/, `${JSON.stringify(OPEN)}\nnonsense`],
  [/^Line 1 .* no “connection”$/, `{"type":"open","connection":1,"at":"${AT}"}`],
  [/^Line 1 .* “at” is no time$/, '{"type":"open","connection":"c","at":"now"}'],
  [/^Line 1 .* “type” is neither/, "null"],
  [/^Line 1 .* “type” is neither/, '{"type":"toString","connection":"c","at":"now"}'],
  [/^Line 1 .* “path” is missing/, JSON.stringify({ ...OPEN, path: "@elsewhere/ws" })],
  [/^Line 1 .* “path” is missing/, JSON.stringify({ ...OPEN, path: "/ws\r\nX: y" })],
  [/^Line 1 .* “opcode” is missing/, JSON.stringify(frame("client", "constructor"))],
  [/^Line 1 .* is no JSON \(.*position 11/, '{\n "log": {'],
  [/^Nothing of a WebSocket/, ""],
  [/^Nothing of a WebSocket/, '{"log":{"entries":[]}}'],
  [/has no list of entries/, '{"log":{}}'],
  [/^Entry 1 .* its “startedDateTime” is no time/, harOf({ startedDateTime: 5 })],
  [/^Entry 1 .* its request has no URL/, harOf({ request: { url: "/ws" } })],
  [/^Entry 1 .* its messages are no list/, harOf({ _webSocketMessages: 5 })],
  [/^Entry 1 .*: message 2: its “time” is no time/, message({ time: 1e300 })],
  [/^Entry 1 .*: message 2: its “data” is no text/, message({ data: null })],
  [/^Entry 1 .*: message 2: its “data” is no base64/, message({ data: "!" })],
  [/^Entry 1 .*: message 2: its “type” is neither/, message({ type: "sent" })],
]) {
  test(`${words}: ${text.slice(0, 40)}`, () => {
    assert.throws(() => readRecording(text), { message: words });
  });
}
