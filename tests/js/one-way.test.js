import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { OneWay } from "../../static/js/one-way.js";

const ZERO = Date.UTC(2026, 10, 23, 9);
const event = (from, text, ms, more) => ({
  type: "frame",
  opcode: "text",
  from,
  text,
  at: new Date(ZERO + ms).toISOString(),
  ...more,
});

let both;
beforeEach(() => {
  both = new OneWay();
});

function near(told, ms, error) {
  assert.ok(
    Math.abs(told.ms - ms) < 1e-3 && Math.abs(told.error - error) < 1e-3,
    JSON.stringify(told),
  );
}

// The server's clock is 500 ms ahead, and it takes 10 ms either way.
test("a frame that both saw is told how long it took, whatever the clocks say", () => {
  const up = event("client", "hello", 510);
  const down = event("server", "hello", 600);
  both.here("client", "hello", ZERO);
  both.there(up);
  assert.equal(both.of(up), null);
  both.there(down);
  both.here("server", "hello", ZERO + 110);
  near(both.of(up), 10, 10);
  near(both.of(down), 10, 10);
  const slow = event("client", "slow", 1000 + 500 + 70);
  both.here("client", "slow", ZERO + 1000);
  both.there(slow);
  near(both.of(slow), 70, 10);
});

test("equal frames are told apart by their order, and what only the page saw is passed over", () => {
  const [one, two] = [event("client", "a", 15), event("client", "a", 25)];
  both.here("client", "before the server's account", ZERO);
  both.here("client", "a", ZERO + 10);
  both.here("client", "a", ZERO + 20);
  both.there(one);
  both.there(two);
  const down = event("server", "b", 30);
  both.there(down);
  both.here("server", "b", ZERO + 35);
  near(both.of(one), 5, 5);
  near(both.of(two), 5, 5);
});

test("what the page did not see is not told, and a new connection begins afresh", () => {
  const lost = event("server", "never came", 0);
  both.there(lost);
  both.begin();
  both.there({ type: "open" });
  const down = event("server", "came", 10);
  both.there(down);
  both.here("server", "came", ZERO + 20);
  assert.equal(both.of(lost), null);
  const up = event("client", "went", 40, { cut: true });
  both.here("client", "went on and on", ZERO + 30);
  both.there(up);
  near(both.of(up), 10, 10);
});
