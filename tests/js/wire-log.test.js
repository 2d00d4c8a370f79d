import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { WireLog } from "../../static/js/wire-log.js";

let log;
beforeEach(() => {
  log = new WireLog();
});

const frame = (second, opcode = "text") => ({
  type: "frame",
  at: new Date(Date.UTC(2026, 10, 23, 9, 0, second)).toISOString(),
  opcode,
});
const add = (...frames) => frames.map((event) => log.add(event));

test("every frame is a row, also one that looks like the last", () => {
  assert.deepEqual(add(frame(1), frame(1), frame(2)), [true, true, true]);
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

test("the newest five hundred stay and the others are counted", () => {
  for (let i = 0; i < 510; i++) add(frame(i));
  assert.equal(log.trim(), 10);
  add(frame(600));
  assert.equal(log.trim(), 1);
  assert.equal(log.dropped, 11);
});
