import assert from "node:assert/strict";
import { test } from "node:test";
import { meaning, stopped } from "../../static/js/client.js";

test("after an end, a restart, an overload or a loss the page comes back", () => {
  for (const code of [1000, 1001, 1005, 1006, 1009, 1011, 1012, 1013, 4000, 4499]) {
    assert.equal(stopped(code), null, String(code));
  }
});

test("after a refusal it stops and says why", () => {
  for (const code of [1003, 1007, 1008, 4500, 4999]) {
    assert.match(stopped(code), /\.$/, String(code));
  }
});

test("what the server said with it is told", () => {
  assert.match(stopped(1008, "not_from_here"), /“not_from_here”/);
});

test("every code has a meaning in a few words", () => {
  for (const code of [1000, 1005, 1006, 1012, 3000, 4001, 4600])
    assert.ok(meaning(code).length > 3);
});
