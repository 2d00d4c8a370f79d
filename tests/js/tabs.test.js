import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Tabs } from "../../static/js/tabs.js";

// What one tab says, all others hear.
class Air {
  #ears = [];

  channel() {
    const channel = new EventTarget();
    this.#ears.push(channel);
    channel.postMessage = (data) => {
      for (const ear of this.#ears) if (ear !== channel) this.#tell(ear, structuredClone(data));
    };
    return channel;
  }

  #tell(ear, data) {
    ear.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
}

let air;
let taken;

beforeEach(() => {
  air = new Air();
  taken = [];
});

const open = (tab, more = {}) =>
  new Tabs({
    tab,
    room: "lobby",
    as: "",
    since: 0,
    changed: () => {},
    taken: () => taken.push(tab),
    channel: air.channel(),
    ...more,
  });

test("the second tab of a conversation knows that it is the second, the first does not mind", () => {
  const first = open("a");
  first.arrive();
  const second = open("b");
  second.arrive();
  assert.deepEqual([first.second, second.second], [false, true]);
});

test("of two tabs that open together one is the second", () => {
  const [one, other] = [open("a"), open("b")];
  other.arrive();
  one.arrive();
  assert.deepEqual([one.second, other.second], [false, true]);
});

test("a tab is the second however soon after the first it opens", () => {
  open("z", { since: 1 }).arrive();
  const second = open("a", { since: 2 });
  second.arrive();
  assert.equal(second.second, true);
});

test("another room is another conversation", () => {
  open("a", { room: "kitchen" }).arrive();
  const other = open("b");
  other.arrive();
  assert.equal(other.second, false);
});

test("when the first tab goes there is one again", () => {
  const [first, second] = [open("a"), open("b")];
  second.arrive();
  assert.equal(second.second, true);
  first.leave();
  assert.equal(second.second, false);
});

test("a tab that is somebody else is no second tab, on either side", () => {
  const [first, second] = [open("a"), open("b")];
  second.arrive();
  second.become("x");
  assert.equal(second.second, false);
  second.become("");
  assert.equal(second.second, true);
  first.become("y");
  assert.equal(second.second, false);
});

test("a copy of a tab that is somebody else is told so", async () => {
  const first = open("b", { as: "x" });
  first.arrive();
  await setTimeout(250);
  open("a", { as: "x" }).arrive();
  assert.deepEqual(taken, ["a"]);
});

test("of two copies that start together one stays", () => {
  const [one, other] = [open("a", { as: "x" }), open("b", { as: "x" })];
  one.arrive();
  other.arrive();
  assert.deepEqual(taken, ["b"]);
});

test("a browser without channels has tabs that do not know of each other", () => {
  const tabs = open("a", { channel: null });
  tabs.arrive();
  assert.equal(tabs.second, false);
});
