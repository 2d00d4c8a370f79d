import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { People } from "../../static/js/client.js";

let people;
const names = () => people.list("me").map(({ name }) => name);

beforeEach(() => {
  people = new People();
  people.start({
    people: [
      { id: "z", name: "Wren" },
      { id: "me", name: "Otter" },
      { id: "a", name: "Crane" },
    ],
    presence: 7,
    count: 3,
  });
});

test("oneself first, then by name", () => {
  assert.deepEqual(names(), ["Otter", "Crane", "Wren"]);
  assert.equal(people.list("me")[0].you, true);
});

test("the next version changes the list", () => {
  people.change({
    version: 8,
    count: 3,
    joined: [{ id: "b", name: "Bear" }],
    left: ["z"],
    renamed: [{ id: "a", name: "Heron" }],
  });
  assert.deepEqual(names(), ["Otter", "Bear", "Heron"]);
});

test("joining twice is being there once", () => {
  people.change({ version: 8, count: 3, joined: [{ id: "a", name: "Crane" }] });
  assert.equal(people.list("me").length, 3);
});

test("after a version that was missed the count is right and the list goes on from there", () => {
  people.change({ version: 9, count: 9, left: ["a"] });
  assert.equal(people.count, 9);
  assert.deepEqual(names(), ["Otter", "Crane", "Wren"]);
  people.change({ version: 10, count: 8, left: ["z"] });
  assert.deepEqual(names(), ["Otter", "Crane"]);
});

test("in a crowd only the count comes", () => {
  people.change({ version: 8, count: 201 });
  assert.equal(people.count, 201);
});

test("a welcome repairs everything", () => {
  people.change({ version: 12, count: 5 });
  people.start({ people: [{ id: "me", name: "Otter" }], presence: 1, count: 1 });
  assert.deepEqual(names(), ["Otter"]);
  assert.equal(people.nameOf("a"), undefined);
});
