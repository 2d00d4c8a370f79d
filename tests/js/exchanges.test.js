import assert from "node:assert/strict";
import { test } from "node:test";
import { Exchanges, identical, sizeOf } from "../../static/js/exchanges.js";

test("answers belong to what was sent, in order", () => {
  const exchanges = new Exchanges();
  const one = exchanges.send("one", 0);
  const two = exchanges.send("two", 1);
  assert.deepEqual(exchanges.receive("one", 5), [one]);
  assert.deepEqual(exchanges.receive("two", 7), [two]);
  assert.deepEqual([one.state, one.took, two.took], ["identical", 5, 6]);
});

test("another kind or other bytes are not identical", () => {
  const bytes = Uint8Array.of(104, 105);
  assert.ok(identical(bytes, Uint8Array.of(104, 105)));
  assert.ok(!identical("hi", bytes));
  assert.ok(!identical(bytes, Uint8Array.of(104)));
  const exchanges = new Exchanges();
  exchanges.send("hi", 0);
  assert.deepEqual(
    exchanges.receive("ho", 1).map(({ state }) => state),
    ["different"],
  );
});

test("an answer to nothing is told apart", () => {
  assert.deepEqual(new Exchanges().receive("hello", 0), []);
});

test("an answer to a later one shows that those before it will not be answered", () => {
  const exchanges = new Exchanges();
  const [one, two, three] = ["one", "two", "three"].map((text) => exchanges.send(text, 0));
  assert.deepEqual(exchanges.receive("two", 5), [one, two]);
  assert.deepEqual([one.state, two.state, three.state], ["unanswered", "identical", "waiting"]);
  assert.deepEqual(exchanges.receive("three", 6), [three]);
});

test("an answer that comes once more answers nothing else", () => {
  const exchanges = new Exchanges();
  exchanges.send("one", 0);
  const two = exchanges.send("two", 0);
  exchanges.receive("one", 5);
  assert.ok(exchanges.repeats("one"));
  assert.deepEqual(exchanges.receive("one", 6), []);
  assert.equal(two.state, "waiting");
});

test("a lost connection loses every answer, and the next one starts clean", () => {
  const exchanges = new Exchanges();
  const lost = [exchanges.send("a", 0), exchanges.send("b", 0)];
  assert.deepEqual(exchanges.lose(), lost);
  assert.equal(lost[1].state, "lost");
  const next = exchanges.send("c", 1);
  assert.deepEqual(exchanges.receive("c", 2), [next]);
});

test("sizes are bytes, not characters", () => {
  assert.equal(sizeOf("Grüße"), 7);
  assert.equal(sizeOf(new Uint8Array(9)), 9);
});
