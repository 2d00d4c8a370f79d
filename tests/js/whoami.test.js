import assert from "node:assert/strict";
import { test } from "node:test";
import { Whoami } from "../../static/js/whoami.js";

test("a name that is chosen after the server was asked for one is newer than its welcome", () => {
  const me = new Whoami();
  assert.equal(me.ask(), me.name);
  assert.equal(me.renamed, false);
  me.rename("Ada");
  assert.equal(me.renamed, true);
  assert.equal(me.ask(), "Ada");
  assert.equal(me.renamed, false);
});
