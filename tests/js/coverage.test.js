import assert from "node:assert/strict";
import { test } from "node:test";
import { Coverage, completeness } from "../../static/js/coverage.js";

const on = (from, to) => {
  const coverage = new Coverage();
  coverage.start(from, to);
  return coverage;
};
const words = (coverage, current = true) => completeness(coverage, current).words;

test("from the first number on screen to the last", () => {
  assert.equal(words(on(1, 1532)), "complete 1–1,532");
  assert.equal(words(on(7, 7)), "complete 7");
});

test("an empty room claims nothing, and its first message begins", () => {
  const coverage = on(null, 0);
  assert.equal(words(coverage), "");
  coverage.reach(1);
  assert.equal(words(coverage), "complete 1");
});

test("while more may have been said it does not say complete", () => {
  assert.equal(words(on(1, 1532), false), "1–1,532 so far");
  assert.match(completeness(on(1, 1532), false).title, /up to number 1,532/);
});

test("what is no longer kept in between is said with its numbers", () => {
  const coverage = on(700, 811);
  coverage.lose([812, 931]);
  coverage.reach(932);
  assert.equal(words(coverage), "complete but for 812–931");
  assert.match(completeness(coverage, true).title, /700–932.*812–931/);
  coverage.lose([933, 940]);
  assert.equal(words(coverage), "complete but for 812–931 and 1 more");
});

test("what was lost above the first row on screen is no hole in it", () => {
  const coverage = on(null, 0);
  coverage.lose([1, 40]);
  coverage.reach(41);
  assert.equal(words(coverage), "complete 41");
});

test("older messages extend it, and rows that leave the screen shorten it", () => {
  const coverage = on(51, 100);
  coverage.extend(1);
  assert.equal(words(coverage), "complete 1–100");
  coverage.forget(60);
  assert.equal(words(coverage), "complete 60–100");
});

test("a hole leaves the screen with the rows around it", () => {
  const coverage = on(1, 10);
  coverage.lose([11, 20]);
  coverage.reach(21);
  coverage.forget(21);
  assert.equal(words(coverage), "complete 21");
});

test("a log that was started anew counts anew, and says so", () => {
  const coverage = on(1, 90);
  coverage.restart(0);
  assert.equal(words(coverage), "");
  coverage.reach(1);
  assert.equal(words(coverage), "complete 1");
  assert.match(completeness(coverage, true).title, /started anew/);
});
