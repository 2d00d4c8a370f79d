import assert from "node:assert/strict";
import { test } from "node:test";
import { characters } from "../../static/js/characters.js";

const of = (text) => characters(new TextEncoder().encode(text));

test("a character stands at its first byte", () => {
  assert.deepEqual(of("aé世🦦"), ["a", "é", "", "世", "", "", "🦦", "", "", ""]);
});

test("what shows nothing is a dot, and a space can be seen", () => {
  assert.deepEqual(of(" \n"), ["␣", "·"]);
  assert.deepEqual(characters(Uint8Array.of(0xe4, 0xb8)), ["·", ""]);
});
