import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Lease } from "../../static/js/lease.js";
import { Store } from "./store.js";

let now;
let store;
const lease = (tab, where = store) => new Lease("lobby", where, tab, () => now);

beforeEach(() => {
  now = 1_000_000;
  store = new Store();
});

test("one tab has it, the other waits until it is given back", () => {
  const [one, other] = [lease("one"), lease("other")];
  assert.ok(one.take());
  assert.ok(!other.take());
  assert.equal(other.wait(), 3000);
  one.release();
  assert.ok(other.take());
});

test("whoever has it keeps it by taking it again", () => {
  const [one, other] = [lease("one"), lease("other")];
  one.take();
  now += 2900;
  assert.ok(one.take());
  now += 2900;
  assert.ok(!other.take());
});

test("a tab that died gives it back by itself", () => {
  lease("one").take();
  now += 3001;
  assert.ok(lease("other").take());
});

test("nobody gives back what another tab has", () => {
  lease("one").take();
  lease("other").release();
  assert.ok(!lease("other").take());
});

test("a clock that was set back by hours does not give it away for hours", () => {
  lease("one").take();
  now -= 7_200_000;
  assert.equal(lease("other").wait(), 3000);
});

test("where nothing is shared there is nobody to wait for", () => {
  assert.ok(lease("one", null).take());
  assert.ok(lease("other", null).take());
});

test("what is no lease is none", () => {
  store.setItem("broadcaster.lease.lobby", "nonsense of another version");
  assert.ok(lease("one").take());
});
