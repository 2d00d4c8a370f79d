import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOf, NAMES, queryOf } from "../../static/js/echo-faults.js";

test("what is empty or unknown is not asked for, and the order is always the same", () => {
  const asked = { seed: "7", utm_source: "mail", drop: "0.3", code: "" };
  assert.equal(queryOf(faultsOf(asked)), "?drop=0.3&seed=7");
});

test("an address of the page is read back as it was written", () => {
  const faults = { close_after: "1", code: "4000", reason: "Grüße & mehr, 100 % + 1" };
  assert.deepEqual(faultsOf(queryOf(faults)), faults);
});

test("nothing asked for leaves no trace in the address", () => {
  assert.equal(queryOf(faultsOf("?")), "");
});

test("no parameter is there twice", () => {
  assert.equal(new Set(NAMES).size, NAMES.length);
});
