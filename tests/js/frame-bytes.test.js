import assert from "node:assert/strict";
import { test } from "node:test";
import { dissect, sizeOnWire } from "../../static/js/frame-bytes.js";

const HELLO = {
  from: "client",
  opcode: "text",
  size: 5,
  head: "81 85 37 fa 21 3d",
  masked: true,
  text: "Hello",
};

const named = (groups, name) => groups.find((group) => group.name === name);
const names = (groups) => groups.map(({ name }) => name);
const row = (group, of) => group.columns.map((column) => column[of]);

test("a frame is taken apart from its first bit to its last byte", () => {
  const groups = dissect(HELLO, false);
  assert.deepEqual(names(groups), [
    ...["FIN", "RSV1", "RSV2", "RSV3", "opcode"],
    ...["MASK", "length", "masking key", "payload"],
  ]);
  assert.equal(groups.map(({ bits }) => bits ?? "").join(""), "1000000110000101");
  assert.deepEqual([...named(groups, "masking key").bytes], [0x37, 0xfa, 0x21, 0x3d]);
  assert.equal(sizeOnWire(HELLO), 11);
});

test("the payload is shown as it stood on the wire, with its key and as it reads", () => {
  const payload = named(dissect(HELLO, false), "payload");
  assert.deepEqual(row(payload, "wire"), [0x7f, 0x9f, 0x4d, 0x51, 0x58]);
  assert.deepEqual(row(payload, "key"), [0x37, 0xfa, 0x21, 0x3d, 0x37]);
  assert.deepEqual(row(payload, "plain"), [0x48, 0x65, 0x6c, 0x6c, 0x6f]);
  assert.equal(row(payload, "character").join(""), "Hello");
  assert.equal(payload.more, 0);
});

test("what a server sends has no key", () => {
  const groups = dissect({ from: "server", opcode: "text", size: 2, head: "81 02", text: "é" });
  assert.equal(named(groups, "masking key"), undefined);
  assert.equal(named(groups, "MASK").value, "not masked");
  const payload = named(groups, "payload");
  assert.deepEqual(payload.columns, [
    { wire: 0xc3, character: "é" },
    { wire: 0xa9, character: "" },
  ]);
});

test("a longer length takes two bytes or eight, and says so", () => {
  const long = (head, size) => dissect({ opcode: "binary", size, head, hex: "00 ff", cut: true });
  const two = long("82 7e 00 c8", 200);
  assert.deepEqual([...named(two, "16-bit length").bytes], [0x00, 0xc8]);
  assert.equal(named(two, "16-bit length").value, "200 bytes");
  const eight = long("82 7f 00 00 00 00 00 01 00 00", 65536);
  assert.equal(named(eight, "64-bit length").bytes.length, 8);
  assert.equal(named(eight, "payload").more, 65534);
  assert.equal(named(dissect(HELLO), "16-bit length"), undefined);
});

test("a key of a frame with a longer length is behind that", () => {
  const groups = dissect({
    ...{ opcode: "binary", size: 200, masked: true, hex: "00" },
    head: "82 fe 00 c8 01 02 03 04",
  });
  assert.deepEqual([...named(groups, "masking key").bytes], [1, 2, 3, 4]);
  assert.deepEqual(row(named(groups, "payload"), "wire"), [1]);
});

test("of what was compressed the bytes on the wire are shown, and what they inflate to", () => {
  const groups = dissect(
    {
      ...HELLO,
      size: 7,
      head: "c1 87 37 fa 21 3d",
      compressed: true,
      wire: "f2 48 cd c9 c9 07 00",
    },
    true,
  );
  assert.equal(named(groups, "RSV1").value, "compressed");
  assert.equal(row(named(groups, "payload"), "plain")[0], 0xf2);
  assert.equal(row(named(groups, "payload"), "wire")[0], 0xc5);
  assert.equal(row(named(groups, "payload"), "character")[0], undefined);
  assert.equal(named(groups, "inflated").shown, "Hello");
});

test("a close is its code and its reason, and the key goes on from one to the other", () => {
  const close = {
    ...{ opcode: "close", size: 5, head: "88 85 01 02 03 04", masked: true },
    ...{ hex: "03 e8 62 79 65", code: 1000, reason: "bye" },
  };
  const groups = dissect(close);
  assert.match(named(groups, "code").value, /^1000: /);
  assert.deepEqual(row(named(groups, "code"), "plain"), [0x03, 0xe8]);
  assert.deepEqual(row(named(groups, "reason"), "key"), [3, 4, 1]);
  assert.equal(row(named(groups, "reason"), "character").join(""), "bye");
  const bare = dissect({ opcode: "close", size: 0, head: "88 00" });
  assert.equal(named(bare, "code"), undefined);
});

test("a pong says how long ago its ping was sent", () => {
  const pong = { opcode: "pong", size: 3, head: "8a 03", text: "1.0", round_trip: 0.351 };
  assert.match(named(dissect(pong), "payload").says, /0\.351 ms/);
});
