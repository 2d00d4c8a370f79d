import assert from "node:assert/strict";
import { test } from "node:test";
import { token } from "../../static/js/client.js";

test("a token fits into a URL and has the length of its bytes", () => {
  assert.match(token(18), /^[A-Za-z0-9_-]{24}$/);
  assert.match(token(12), /^[A-Za-z0-9_-]{16}$/);
});

test("no two are the same", () => {
  const tokens = new Set(Array.from({ length: 1000 }, () => token(12)));
  assert.equal(tokens.size, 1000);
});
