import assert from "node:assert/strict";
import { test } from "node:test";
import { count, fromBase64, fromPairs, parse, show, toPairs } from "../../static/js/hex.js";

test("pairs are bytes, spaces and case do not matter", () => {
  assert.deepEqual(parse("48 65\n6C6c 6f").bytes, new TextEncoder().encode("Hello"));
  assert.deepEqual(parse("f f").bytes, Uint8Array.of(255));
});

test("what is not hex is refused by name", () => {
  assert.match(parse("4g").refused, /“g”/);
  assert.match(parse("00 🦦").refused, /“🦦”/);
});

test("half a byte is refused", () => {
  assert.match(parse("48 6").refused, /3/);
});

test("bytes are shown as pairs, as many as asked for", () => {
  assert.equal(show(Uint8Array.of(0, 255)), "00 ff");
  assert.equal(show(Uint8Array.of(1, 2, 3), 2), "01 02 …");
});

test("base64 of the wire becomes bytes", () => {
  assert.deepEqual(fromBase64("AP8="), Uint8Array.of(0, 255));
});

test("all bytes become pairs, and pairs bytes", () => {
  const all = Uint8Array.from({ length: 256 }, (_, at) => at);
  assert.match(toPairs(all), /^00 01 02 .* 09 0a .* fe ff$/);
  for (const some of [all, Uint8Array.of(), Uint8Array.of(160)])
    assert.deepEqual(fromPairs(toPairs(some)), some);
});

test("one byte is one byte", () => {
  assert.deepEqual([count(1), count(0), count(65536)], ["1 byte", "0 bytes", "65,536 bytes"]);
});
