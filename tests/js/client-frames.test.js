import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, frame, read } from "../../static/js/client.js";

test("a frame is an object with a type, everything else is nothing", () => {
  assert.equal(read('{"type":"ack","id":1}').id, 1);
  for (const data of [
    "",
    "no json",
    "null",
    "[]",
    "7",
    '{"id":1}',
    '{"type":3}',
    new ArrayBuffer(2),
  ]) {
    assert.equal(read(data), null, String(data));
  }
});

test("an event that is one already is taken as it is", () => {
  assert.equal(read({ type: "ack", id: 1 }).id, 1);
});

test("half a character, which is no text on the wire, becomes the sign for what cannot be read", () => {
  const halves = "\ud83d a \udca9\ud83d 💩 \ud83d\ude00";
  const whole = "\ufffd a \ufffd\ufffd 💩 😀";
  assert.equal(JSON.parse(frame({ type: "say", key: "k", text: halves })).text, whole);
  assert.equal(JSON.parse(frame({ type: "rename", name: halves })).name, whole);
});

test("a command has no fields but those it was given", () => {
  assert.deepEqual(JSON.parse(frame({ type: "delete", key: "k", id: 7 })), {
    type: "delete",
    key: "k",
    id: 7,
  });
});

test("sizes are bytes on the wire", () => {
  assert.equal(bytes("ü🦦"), 6);
});
