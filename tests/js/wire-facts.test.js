import assert from "node:assert/strict";
import { test } from "node:test";
import {
  duration,
  headBytes,
  hexLines,
  isHeartbeat,
  jsonOf,
  messageId,
  wireBytes,
} from "../../static/js/wire-facts.js";

test("the bytes of a frame are its header's and its payload's", () => {
  const event = { size: 300, head: "82 fe 01 2c 00 01 02 03" };
  assert.equal(headBytes(event), 8);
  assert.equal(wireBytes(event), 308);
});

test("durations have as many digits as one can use", () => {
  assert.deepEqual([0, 0.04, 9.96, 12.4, 999, 2100, 59_000, 600_000].map(duration), [
    "0.0 ms",
    "0.0 ms",
    "10.0 ms",
    "12 ms",
    "999 ms",
    "2.1 s",
    "59.0 s",
    "10 min",
  ]);
});

test("bytes are lines of where, what, and what of it is ASCII", () => {
  assert.equal(
    hexLines("48 65 6c 6c 6f 00 ff 20 41"),
    "0000  48 65 6c 6c 6f 00 ff 20  Hello·· \n0008  41                       A",
  );
  assert.equal(hexLines(""), "");
});

test("JSON is an object or an array that is there to its end", () => {
  assert.deepEqual(jsonOf({ text: ' {"a":[1]}' }), { a: [1] });
  assert.equal(jsonOf({ text: '{"a":', cut: true }), undefined);
  assert.equal(jsonOf({ text: '{"a":' }), undefined);
  assert.equal(jsonOf({ text: "17" }), undefined);
  assert.equal(jsonOf({ hex: "7b 7d" }), undefined);
});

test("a frame about a message says its number", () => {
  assert.equal(messageId({ text: '{"type":"ack","key":"k","id":7}' }), 7);
  assert.equal(messageId({ text: '{"type":"say","id":"x"}' }), undefined);
  assert.equal(messageId({ text: "hello" }), undefined);
  assert.equal(messageId({ hex: "00" }), undefined);
});

test("signs of life are pings, pongs, and the heartbeats of the room", () => {
  assert.equal(isHeartbeat({ opcode: "pong" }), true);
  assert.equal(isHeartbeat({ opcode: "text", text: '{"type":"heartbeat","head":1}' }), true);
  assert.equal(isHeartbeat({ opcode: "text", text: "heartbeat" }), false);
  assert.equal(isHeartbeat({ type: "open" }), false);
});
