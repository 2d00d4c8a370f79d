import assert from "node:assert/strict";
import { test } from "node:test";
import { lastMinute, line } from "../../static/js/wire-chart.js";

const NOW = Date.UTC(2026, 10, 23, 9, 1);
const before = (seconds, more) => ({
  event: { at: new Date(NOW - 1000 * seconds).toISOString(), size: 10, head: "81 0a", ...more },
});

test("the last minute has its bytes by the second and its round trips in order", () => {
  const { trips, bytes } = lastMinute(
    [before(61), before(30, { round_trip: 5 }), before(0.5), before(0, { round_trip: 2 })],
    NOW,
  );
  assert.deepEqual(trips, [
    [0.5, 5],
    [1, 2],
  ]);
  assert.equal(bytes.length, 60);
  assert.equal(bytes[59], 24);
  assert.equal(bytes[29], 12);
  assert.equal(
    bytes.reduce((one, other) => one + other),
    36,
  );
});

test("a line goes from left to right, and its highest point to the top", () => {
  const points = [
    [0, 0],
    [0.5, 4],
    [1, 2],
  ];
  assert.equal(line(points, 100, 10), "M0.0 10.0L50.0 0.0L100.0 5.0");
  assert.equal(line([], 100, 10), "");
  assert.equal(line([[1, 0]], 100, 10), "M100.0 10.0");
});
