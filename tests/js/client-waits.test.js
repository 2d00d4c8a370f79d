import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, within } from "../../static/js/client.js";

const most = () => 0.999999;
const least = () => 0;

test("the ceiling doubles with each failure, from half a second", () => {
  const ceilings = [0, 1, 2, 3].map((failures) => Math.round(backoff(failures, most)));
  assert.deepEqual(ceilings, [500, 1000, 2000, 4000]);
});

test("no wait is longer than thirty seconds, however often it failed", () => {
  assert.ok(backoff(2000, most) <= 30_000);
});

test("the whole range down to nothing is used, so that pages spread out", () => {
  assert.equal(backoff(8, least), 0);
});

test("a window of the server's is kept to, both ends", () => {
  assert.equal(within([0.2, 2], least), 200);
  assert.equal(Math.round(within([0.2, 2], most)), 2000);
});
