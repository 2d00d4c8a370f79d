import assert from "node:assert/strict";
import { test } from "node:test";
import { stopped } from "../../static/js/client.js";
import { afterwards, explained } from "../../static/js/wire-closes.js";

const CODES = [...Array(16).keys()].map((code) => code + 1000).concat(3000, 4000, 4408, 4500, 4999);

test("every code is explained in a sentence", () => {
  for (const code of CODES) assert.match(explained(code), /^[A-Z].+\.$/);
});

test("what the page is said to do is what it does", () => {
  for (const code of CODES) {
    assert.equal(afterwards(code).startsWith("The page stops"), stopped(code) !== null, `${code}`);
  }
});
