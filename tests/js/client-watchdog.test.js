import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Watchdog } from "../../static/js/client.js";

let timers;
let silences;
let watchdog;

beforeEach(() => {
  timers = new Set();
  silences = 0;
  const after = (ms, act) => {
    const timer = { ms, act };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  watchdog = new Watchdog(() => silences++, after);
});

test("two and a half heartbeats of silence are too many", () => {
  watchdog.start(20);
  const [{ ms, act }] = timers;
  assert.equal(ms, 50_000);
  act();
  assert.equal(silences, 1);
});

test("whatever is heard starts the wait again, and there is one wait at a time", () => {
  watchdog.start(20);
  const [first] = timers;
  watchdog.heard();
  assert.equal(timers.size, 1);
  assert.ok(!timers.has(first));
});

test("where no heartbeat is promised, silence is no sign", () => {
  watchdog.start(0);
  watchdog.heard();
  assert.equal(timers.size, 0);
});

test("a connection that is gone is not waited for", () => {
  watchdog.start(20);
  watchdog.stop();
  watchdog.heard();
  assert.equal(timers.size, 0);
});
