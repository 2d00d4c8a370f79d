import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Outbox } from "../../static/js/outbox.js";

const AT = "2026-11-23T09:15:48.123Z";

let sent;
let reachable;
let timers;
let outbox;

beforeEach(() => {
  sent = [];
  timers = [];
  reachable = true;
  outbox = new Outbox({
    send: ({ key }) => reachable && sent.push(key) > 0,
    changed: () => {},
    after: (ms, act) => timers.push({ ms, act }),
  });
});

const write = (...keys) => {
  for (const key of keys) outbox.add(key, `text of ${key}`, AT);
};
const states = () => outbox.entries.map(({ key, state }) => `${key} ${state}`);

test("nothing goes out before the server said welcome", () => {
  write("a");
  assert.deepEqual(sent, []);
  outbox.open();
  assert.deepEqual(sent, ["a"]);
});

test("one at a time, in the order of writing", () => {
  outbox.open();
  write("a", "b", "c");
  assert.deepEqual(sent, ["a"]);
  outbox.settle("a");
  outbox.settle("b");
  assert.deepEqual(sent, ["a", "b", "c"]);
});

test("what was in flight goes out again under the same key, and still first", () => {
  outbox.open();
  write("a", "b");
  outbox.close();
  outbox.open();
  assert.deepEqual(sent, ["a", "a"]);
  assert.deepEqual(states(), ["a sent", "b waiting"]);
});

test("an acknowledgement gives the entry once, then it is gone", () => {
  outbox.open();
  write("a");
  assert.equal(outbox.settle("a").text, "text of a");
  assert.equal(outbox.settle("a"), undefined);
  assert.deepEqual(outbox.entries, []);
});

test("a key of another tab is nobody's here", () => {
  outbox.open();
  write("a");
  assert.equal(outbox.settle("elsewhere"), undefined);
  assert.deepEqual(states(), ["a sent"]);
});

test("a refused text is kept with the reason and holds nothing up", () => {
  outbox.open();
  write("a", "b");
  outbox.refuse("a", "The room is closed.");
  assert.deepEqual(states(), ["a refused", "b sent"]);
  assert.equal(outbox.find("a").why, "The room is closed.");
  assert.equal(outbox.find("a").text, "text of a");
});

test("a refused text is never sent again", () => {
  outbox.open();
  write("a");
  outbox.refuse("a", "No.");
  outbox.close();
  outbox.open();
  assert.deepEqual(sent, ["a"]);
});

test("a postponed text goes out when its time has come, and the rest waits behind it", () => {
  outbox.open();
  write("a", "b");
  outbox.postpone("a", 2, "Too fast.");
  assert.deepEqual(states(), ["a later", "b waiting"]);
  assert.equal(timers[0].ms, 2000);
  timers[0].act();
  assert.deepEqual(sent, ["a", "a"]);
});

test("a postponement outlives a reconnect", () => {
  outbox.open();
  write("a", "b");
  outbox.postpone("a", 2, "Too fast.");
  outbox.close();
  outbox.open();
  assert.deepEqual(sent, ["a"]);
  timers[0].act();
  assert.deepEqual(sent, ["a", "a"]);
});

test("what broke the connection is not sent again", () => {
  outbox.open();
  write("huge", "small");
  outbox.refuseInFlight("Too big.");
  outbox.close();
  outbox.open();
  assert.deepEqual(sent, ["huge", "small"]);
  assert.deepEqual(states(), ["huge refused", "small sent"]);
});

test("a connection that is not there leaves the entry waiting", () => {
  outbox.open();
  reachable = false;
  write("a");
  assert.deepEqual(states(), ["a waiting"]);
});

test("what its author gave up is gone", () => {
  write("a", "b");
  outbox.drop("a");
  outbox.open();
  assert.deepEqual(sent, ["b"]);
});
