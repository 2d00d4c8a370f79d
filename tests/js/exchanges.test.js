import assert from "node:assert/strict";
import { test } from "node:test";
import { Exchanges, identical, sizeOf } from "../../static/js/exchanges.js";

test("answers belong to what was sent, in order", () => {
  const exchanges = new Exchanges();
  const one = exchanges.send("one", 0);
  const two = exchanges.send("two", 1);
  assert.equal(exchanges.receive("one", 5), one);
  assert.equal(exchanges.receive("two", 7), two);
  assert.deepEqual([one.state, one.took, two.took], ["identical", 5, 6]);
});

test("another kind or other bytes are not identical", () => {
  const bytes = Uint8Array.of(104, 105);
  assert.ok(identical(bytes, Uint8Array.of(104, 105)));
  assert.ok(!identical("hi", bytes));
  assert.ok(!identical(bytes, Uint8Array.of(104)));
  const exchanges = new Exchanges();
  exchanges.send("hi", 0);
  assert.equal(exchanges.receive("ho", 1).state, "different");
});

test("an answer to nothing is told apart", () => {
  assert.equal(new Exchanges().receive("hello", 0), undefined);
});

test("a lost connection loses every answer, and the next one starts clean", () => {
  const exchanges = new Exchanges();
  const lost = [exchanges.send("a", 0), exchanges.send("b", 0)];
  assert.deepEqual(exchanges.lose(), lost);
  assert.equal(lost[1].state, "lost");
  const next = exchanges.send("c", 1);
  assert.equal(exchanges.receive("c", 2), next);
});

test("sizes are bytes, not characters", () => {
  assert.equal(sizeOf("Grüße"), 7);
  assert.equal(sizeOf(new Uint8Array(9)), 9);
});
