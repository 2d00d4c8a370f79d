import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { WireLog } from "../../static/js/wire-log.js";

let log;
beforeEach(() => {
  log = new WireLog();
});

const frame = (second, opcode = "text", connection = "c1") => ({
  type: "frame",
  connection,
  at: new Date(Date.UTC(2026, 10, 23, 9, 0, second)).toISOString(),
  opcode,
});
const add = (...frames) => frames.map((event) => log.add(event) !== null);

test("every frame is kept, also one that looks like the last", () => {
  assert.deepEqual(add(frame(1), frame(1), frame(2)), [true, true, true]);
  assert.deepEqual(
    log.entries.map(({ n }) => n),
    [0, 1, 2],
  );
});

test("a replay adds only what was not seen", () => {
  add(frame(1), frame(1), frame(2));
  log.restart();
  assert.deepEqual(add(frame(1), frame(1), frame(2), frame(3)), [false, false, false, true]);
});

test("after the replay an equal frame counts again", () => {
  add(frame(1));
  log.restart();
  assert.deepEqual(add(frame(1), frame(1)), [false, true]);
});

test("what was cleared does not come back, what follows does", () => {
  add(frame(1), frame(2));
  log.clear();
  log.restart();
  assert.deepEqual(add(frame(1), frame(2), frame(3)), [false, false, true]);
});

test("the newest stay and the others are counted", () => {
  log = new WireLog(500);
  for (let i = 0; i < 510; i++) add(frame(i));
  log.trim();
  assert.equal(log.dropped, 10);
  assert.equal(log.first, 10);
  add(frame(600));
  log.trim();
  assert.equal(log.dropped, 11);
  assert.equal(log.entries.length, 500);
});

test("nothing grows without end where nobody draws", () => {
  log = new WireLog(10);
  for (let i = 0; i < 5000; i++) add(frame(i));
  assert.ok(log.entries.length < 1000);
});

test("what lies between two frames is told to the microsecond, for each connection", () => {
  const at = (micros, connection) => ({
    ...frame(1, "text", connection),
    at: `2026-11-23T09:00:00.${micros}Z`,
  });
  const entries = [at("000100", "c1"), at("000200", "c2"), at("001350", "c1")].map((event) =>
    log.add(event),
  );
  assert.equal(entries[0].delta, null);
  assert.equal(entries[1].delta, null);
  assert.ok(Math.abs(entries[2].delta - 1.25) < 0.001, `${entries[2].delta}`);
});
