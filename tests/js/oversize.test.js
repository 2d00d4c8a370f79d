import assert from "node:assert/strict";
import { test } from "node:test";
import { oversize } from "../../static/js/oversize.js";

test("what does not fit is refused with numbers, what fits is not", () => {
  assert.equal(oversize(65_536, 65_536), null);
  assert.equal(oversize(65_536, undefined), null);
  assert.match(oversize(70_000, 65_536), /70,000.*65,536.*4,464/);
});
