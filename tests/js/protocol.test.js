import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, command, oversize, read, rename } from "../../static/js/protocol.js";

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

test("what is written carries its key, and nothing that is the page's own", () => {
  const written = { kind: "say", key: "k", text: "a\n“b”", state: "sent", order: 7 };
  assert.deepEqual(JSON.parse(command(written)), { type: "say", key: "k", text: "a\n“b”" });
  assert.deepEqual(JSON.parse(command({ kind: "edit", key: "k", id: 7, text: "b" })), {
    type: "edit",
    key: "k",
    id: 7,
    text: "b",
  });
  assert.deepEqual(JSON.parse(command({ kind: "delete", key: "k", id: 7 })), {
    type: "delete",
    key: "k",
    id: 7,
  });
  assert.deepEqual(JSON.parse(rename("Otter")), { type: "rename", name: "Otter" });
});

test("half a character, which is no text on the wire, becomes the sign for what cannot be read", () => {
  const halves = "\ud83d a \udca9\ud83d 💩 \ud83d\ude00";
  const whole = "\ufffd a \ufffd\ufffd 💩 😀";
  assert.equal(JSON.parse(command({ kind: "say", key: "k", text: halves })).text, whole);
  assert.equal(JSON.parse(rename(halves)).name, whole);
});

test("sizes are bytes on the wire", () => {
  assert.equal(bytes("ü🦦"), 6);
});

test("what does not fit is refused with numbers, what fits is not", () => {
  assert.equal(oversize(65_536, 65_536), null);
  assert.equal(oversize(65_536, undefined), null);
  assert.match(oversize(70_000, 65_536), /70,000.*65,536.*4,464/);
});
