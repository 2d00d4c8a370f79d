process.env.TZ = "Europe/Berlin";

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  clock,
  clockMillis,
  clockSeconds,
  dayName,
  dayOf,
  startsRun,
} from "../../static/js/timeline.js";

const said = (id, at, name = "Otter") => ({ from: { id, name }, at });

test("the first message and another author start a run", () => {
  assert.ok(startsRun(null, said("a", "2026-11-23T09:00:00Z")));
  assert.ok(startsRun(said("a", "2026-11-23T09:00:00Z"), said("b", "2026-11-23T09:00:01Z")));
});

test("two people of one name are two runs, one person of two names too", () => {
  const first = said("a", "2026-11-23T09:00:00Z");
  assert.ok(startsRun(first, said("b", "2026-11-23T09:00:01Z", "Otter")));
  assert.ok(startsRun(first, said("a", "2026-11-23T09:00:01Z", "Lynx")));
});

test("a run holds for five minutes", () => {
  const first = said("a", "2026-11-23T09:00:00Z");
  assert.ok(!startsRun(first, said("a", "2026-11-23T09:05:00Z")));
  assert.ok(startsRun(first, said("a", "2026-11-23T09:05:01Z")));
});

test("midnight where the reader is starts a run", () => {
  assert.ok(startsRun(said("a", "2026-11-23T22:59:30Z"), said("a", "2026-11-23T23:00:30Z")));
});

test("a day is the reader's day", () => {
  assert.equal(dayOf("2026-11-23T22:59:59Z"), "2026-11-23");
  assert.equal(dayOf("2026-11-23T23:00:00Z"), "2026-11-24");
});

test("days are called what people call them", () => {
  const now = new Date("2026-11-23T12:00:00Z");
  assert.equal(dayName("2026-11-23", now), "Today");
  assert.equal(dayName("2026-11-22", now), "Yesterday");
  assert.match(dayName("2026-11-02", now), /^Monday,? 2 November$/);
  assert.match(dayName("2025-11-23", now), /2025$/);
});

test("yesterday is yesterday on the first of a month and when clocks change", () => {
  assert.equal(dayName("2026-10-31", new Date("2026-11-01T12:00:00Z")), "Yesterday");
  assert.equal(dayName("2026-10-24", new Date("2026-10-25T22:30:00Z")), "Yesterday");
});

test("clocks have two digits everywhere", () => {
  const at = "2026-11-23T08:03:05.007Z";
  assert.deepEqual(
    [clock(at), clockSeconds(at), clockMillis(at)],
    ["09:03", "09:03:05", "09:03:05.007"],
  );
});
