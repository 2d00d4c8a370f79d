import assert from "node:assert/strict";
import { test } from "node:test";
import { hueOf } from "../../static/js/identicon.js";

test("a person's hue is always the same", () => {
  assert.equal(hueOf("pA7x"), hueOf("pA7x"));
});

test("people spread over all twelve hues, none of them twice as common as it should be", () => {
  const counts = new Map();
  for (let i = 0; i < 12_000; i++) {
    const hue = hueOf(`p${i.toString(36)}`);
    counts.set(hue, (counts.get(hue) ?? 0) + 1);
  }
  assert.deepEqual(
    [...counts.keys()].sort(),
    Array.from({ length: 12 }, (_, i) => `hue-${i}`).sort(),
  );
  for (const count of counts.values()) assert.ok(count > 500 && count < 2000);
});
