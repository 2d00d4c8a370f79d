import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, numbers, range } from "../../static/js/numbers.js";

test("thousands are set apart", () => {
  assert.equal(numbers(1532), "1,532");
});

test("a range of one is one", () => {
  assert.deepEqual([range(812, 931), range(7, 7)], ["812–931", "7"]);
});

test("one message is, several are", () => {
  assert.deepEqual([messages(1, 811), messages(1, 1)], ["Messages 1 to 811 are", "Message 1 is"]);
});
