import assert from "node:assert/strict";
import { test } from "node:test";
import { suggestion, tidy } from "../../static/js/names.js";

test("a suggestion is two words, at either end of the lists", () => {
  for (const random of [() => 0, () => 0.5, () => 0.9999999]) {
    assert.match(suggestion(random), /^[A-Z][a-z]+ [A-Z][a-z]+$/);
  }
});

test("no suggestion is longer than a room allows", () => {
  for (let i = 0; i < 1000; i++) assert.ok(suggestion(Math.random).length <= 40);
});

test("a name is one line of single spaces", () => {
  assert.equal(tidy("  Quiet\n\t Otter ", 40), "Quiet Otter");
});

test("a name is cut between characters, never inside one", () => {
  assert.equal(tidy("🦦🦦🦦", 2), "🦦🦦");
});
