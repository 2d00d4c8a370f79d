import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Drawer } from "../../static/js/drawer.js";
import { Store } from "./store.js";

let store;
beforeEach(() => {
  store = new Store();
});

const keys = (drawer) => drawer.all().map(({ key }) => key);

test("what is kept comes back in the order of writing", () => {
  const drawer = new Drawer("lobby", store);
  drawer.put({ key: "b", order: 2 });
  drawer.put({ key: "c", order: 3 });
  drawer.put({ key: "a", order: 1 });
  assert.deepEqual(keys(new Drawer("lobby", store)), ["a", "b", "c"]);
});

test("rooms and people have drawers of their own, whatever they are called", () => {
  new Drawer("a", store).put({ key: "1", order: 1 });
  new Drawer("a/b", store).put({ key: "2", order: 1 });
  new Drawer("b", store, "a").put({ key: "3", order: 1 });
  assert.deepEqual(keys(new Drawer("a", store)), ["1"]);
  assert.deepEqual(keys(new Drawer("a/b", store)), ["2"]);
  assert.deepEqual(keys(new Drawer("b", store, "a")), ["3"]);
  assert.deepEqual(keys(new Drawer("b", store)), []);
});

test("what was taken out is gone", () => {
  const drawer = new Drawer("lobby", store);
  drawer.put({ key: "a", order: 1 });
  drawer.remove("a");
  assert.deepEqual(keys(drawer), []);
});

test("a storage that is full or withheld says that nothing was kept", () => {
  store.full = true;
  assert.equal(new Drawer("lobby", store).put({ key: "a", order: 1 }), false);
  assert.equal(new Drawer("lobby", null).put({ key: "a", order: 1 }), false);
  assert.deepEqual(keys(new Drawer("lobby", null)), []);
});

test("what another version kept there is let be", () => {
  store.setItem("broadcaster.outbox./lobby/x", "no json");
  store.setItem("broadcaster.outbox./lobby/y", '{"key":7}');
  assert.deepEqual(keys(new Drawer("lobby", store)), []);
});
