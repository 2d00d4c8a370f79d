import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Drawer } from "../../static/js/drawer.js";
import { Lease } from "../../static/js/lease.js";
import { Outbox } from "../../static/js/outbox.js";
import { Store } from "./store.js";

const ME = "HnYv07oHwOM6";
const DAY = 86_400_000;
const WELCOME = { me: ME, epoch: "YP88w15X", keyDays: 7 };

let sent;
let reachable;
let timers;
let store;
let now;
let outbox;

const tab = (name, { where = store, carries } = {}) =>
  new Outbox({
    drawer: new Drawer("lobby", where),
    lease: new Lease("lobby", where, name, () => now),
    send: ({ key }) => reachable && sent.push(key) > 0,
    carries,
    changed: () => {},
    after: (ms, act) => timers.push({ ms, act }),
    now: () => now,
  });

beforeEach(() => {
  sent = [];
  timers = [];
  reachable = true;
  store = new Store();
  now = Date.parse("2026-11-23T09:15:48.123Z");
  outbox = tab("one");
});

const write = (...keys) => {
  for (const key of keys) outbox.add({ key, kind: "say", text: `text of ${key}`, by: ME });
};
const states = (of = outbox) => of.entries.map(({ key, state }) => `${key} ${state}`);
const pass = (ms) => {
  now += ms;
  for (const { act } of timers.splice(0)) act();
};

test("nothing goes out before the server said welcome", () => {
  write("a");
  assert.deepEqual(sent, []);
  outbox.open(WELCOME);
  assert.deepEqual(sent, ["a"]);
});

test("another tab sees that this one is sending before it sees what is sent, and after", () => {
  const changes = [];
  for (const name of ["setItem", "removeItem"]) {
    const method = store[name].bind(store);
    store[name] = (key, ...more) => {
      changes.push(`${name} ${key.split(/[./]/)[1]}`);
      method(key, ...more);
    };
  }
  outbox.open(WELCOME);
  write("a");
  outbox.settle("a");
  const [first, second] = changes.filter((change) => change.startsWith("setItem"));
  assert.deepEqual([first, second], ["setItem lease", "setItem outbox"]);
  assert.deepEqual(changes.slice(-2), ["removeItem outbox", "removeItem lease"]);
});

test("one at a time, in the order of writing", () => {
  outbox.open(WELCOME);
  write("a", "b", "c");
  assert.deepEqual(sent, ["a"]);
  outbox.settle("a");
  outbox.settle("b");
  assert.deepEqual(sent, ["a", "b", "c"]);
});

test("what the connection does not take waits for one that does, and lets the rest pass", () => {
  let socket = false;
  outbox = tab("one", { carries: (kind) => socket || kind === "say" });
  outbox.open(WELCOME);
  outbox.add({ key: "change", kind: "edit", id: 1, text: "better", by: ME });
  write("a");
  assert.deepEqual(sent, ["a"]);
  outbox.settle("a");
  assert.deepEqual(states(), ["change waiting"]);
  socket = true;
  outbox.close();
  outbox.open(WELCOME);
  assert.deepEqual(sent, ["a", "change"]);
});

test("what was in flight goes out again under the same key, and still first", () => {
  outbox.open(WELCOME);
  write("a", "b");
  outbox.close();
  outbox.open(WELCOME);
  assert.deepEqual(sent, ["a", "a"]);
  assert.deepEqual(states(), ["a sent", "b waiting"]);
});

test("an acknowledgement gives the entry once, then it is gone", () => {
  outbox.open(WELCOME);
  write("a");
  assert.equal(outbox.settle("a").text, "text of a");
  assert.equal(outbox.settle("a"), undefined);
  assert.deepEqual(outbox.entries, []);
});

test("a key of somebody else is nobody's here", () => {
  outbox.open(WELCOME);
  write("a");
  assert.equal(outbox.settle("elsewhere"), undefined);
  assert.deepEqual(states(), ["a sent"]);
});

test("a refused text is kept with the reason and holds nothing up", () => {
  outbox.open(WELCOME);
  write("a", "b");
  outbox.refuse("a", "The room is closed.");
  assert.deepEqual(states(), ["a refused", "b sent"]);
  assert.equal(outbox.find("a").why, "The room is closed.");
  assert.equal(outbox.find("a").text, "text of a");
});

test("a refused text is never sent again, not even after a reload", () => {
  outbox.open(WELCOME);
  write("a");
  outbox.refuse("a", "No.");
  outbox.close();
  outbox.open(WELCOME);
  assert.deepEqual(sent, ["a"]);
  const reloaded = tab("again");
  reloaded.open(WELCOME);
  assert.deepEqual(states(reloaded), ["a refused"]);
  assert.equal(reloaded.find("a").why, "No.");
});

test("a postponed text goes out when its time has come, and the rest waits behind it", () => {
  outbox.open(WELCOME);
  write("a", "b");
  timers = [];
  outbox.postpone("a", 2, "Too fast.");
  assert.deepEqual(states(), ["a later", "b waiting"]);
  assert.equal(timers[0].ms, 2000);
  timers[0].act();
  assert.deepEqual(sent, ["a", "a"]);
});

test("a postponement outlives a reconnect", () => {
  outbox.open(WELCOME);
  write("a", "b");
  timers = [];
  outbox.postpone("a", 2, "Too fast.");
  outbox.close();
  outbox.open(WELCOME);
  assert.deepEqual(sent, ["a"]);
  timers[0].act();
  assert.deepEqual(sent, ["a", "a"]);
});

test("what broke the connection is not sent again", () => {
  outbox.open(WELCOME);
  write("huge", "small");
  outbox.refuseInFlight("Too big.");
  outbox.close();
  outbox.open(WELCOME);
  assert.deepEqual(sent, ["huge", "small"]);
  assert.deepEqual(states(), ["huge refused", "small sent"]);
});

test("a connection that is not there leaves the entry waiting", () => {
  outbox.open(WELCOME);
  reachable = false;
  write("a");
  assert.deepEqual(states(), ["a waiting"]);
});

test("what its author gave up is gone, from the browser too", () => {
  write("a", "b");
  outbox.drop("a");
  outbox.open(WELCOME);
  assert.deepEqual(sent, ["b"]);
  assert.deepEqual(states(tab("again")), ["b waiting"]);
});

test("a reload keeps what was written, in order, with edits and deletes among it", () => {
  write("a");
  outbox.add({ key: "b", kind: "edit", id: 7, text: "better", by: ME });
  outbox.add({ key: "c", kind: "delete", id: 6, by: ME });
  const reloaded = tab("again");
  assert.deepEqual(
    reloaded.entries.map(({ key, kind, id }) => [key, kind, id]),
    [
      ["a", "say", undefined],
      ["b", "edit", 7],
      ["c", "delete", 6],
    ],
  );
});

test("words written within one millisecond keep their order", () => {
  write("z", "y", "x");
  assert.deepEqual(states(tab("again")), ["z waiting", "y waiting", "x waiting"]);
});

test("after a week the author is asked, and nothing waits for the answer", () => {
  write("a");
  now += 8 * DAY;
  write("b");
  const later = tab("later");
  later.open(WELCOME);
  assert.deepEqual(states(later), ["a asks", "b sent"]);
  assert.match(later.find("a").why, /8 days ago/);
  later.settle("b");
  later.agree("a", ME);
  assert.deepEqual(sent, ["b", "a"]);
});

test("an author who agreed once is not asked again after a reload", () => {
  write("a");
  now += 8 * DAY;
  outbox.agree("a", ME);
  const later = tab("later");
  later.open(WELCOME);
  assert.deepEqual(sent, ["a"]);
});

test("a server that forgets keys sooner is asked for no more than it knows", () => {
  write("a");
  now += 1.6 * DAY;
  outbox.open({ ...WELCOME, keyDays: 1.5 });
  assert.deepEqual(states(), ["a asks"]);
  assert.equal(outbox.find("a").why, "This was written 1 day ago.");
  const patient = tab("patient");
  patient.open({ ...WELCOME, keyDays: 30 });
  assert.deepEqual(sent, ["a"]);
});

test("who agreed is asked again after as long once more, and not before", () => {
  write("a");
  now += 8 * DAY;
  outbox.open(WELCOME);
  reachable = false;
  outbox.agree("a", ME);
  for (const [days, expected] of [
    [6, "a waiting"],
    [2, "a asks"],
  ]) {
    now += days * DAY;
    outbox.close();
    outbox.open(WELCOME);
    assert.deepEqual(states(), [expected]);
  }
});

test("who agrees while there is no connection has agreed", () => {
  write("a");
  outbox.open({ ...WELCOME, me: "another" });
  outbox.close();
  outbox.agree("a", "another");
  outbox.open({ ...WELCOME, me: "another" });
  assert.deepEqual(sent, ["a"]);
});

const edit = (key, epoch) => ({ key, kind: "edit", id: 7, epoch, text: "better", by: ME });

test("a change to a message of another log is refused at the welcome, and not sent", () => {
  outbox.add(edit("a", "old"));
  outbox.add(edit("b", WELCOME.epoch));
  outbox.open(WELCOME);
  assert.deepEqual(states(), ["a refused", "b sent"]);
  assert.match(outbox.find("a").why, /started anew/);
  outbox.postpone("b", 2, "Too fast.");
  outbox.close();
  outbox.open({ ...WELCOME, epoch: "newer" });
  assert.deepEqual(states(), ["a refused", "b refused"]);
});

test("a change from a tab that has not heard of the new log yet is left to that tab", () => {
  const late = tab("late");
  late.open({ ...WELCOME, epoch: "old" });
  late.close();
  outbox.open(WELCOME);
  late.add(edit("a", "old"));
  outbox.sync();
  assert.deepEqual([sent, states()], [[], []]);
  late.open(WELCOME);
  outbox.sync();
  assert.deepEqual([sent, states(), states(late)], [[], ["a refused"], ["a refused"]]);
});

test("an inherited change to a message of another log is not sent", () => {
  outbox.open(WELCOME);
  outbox.inherit({ ...edit("a", "old"), at: new Date(now).toISOString(), order: now });
  assert.deepEqual(states(), ["a refused"]);
});

test("what was written as somebody else asks first", () => {
  write("a");
  outbox.open({ ...WELCOME, me: "another" });
  assert.deepEqual(states(), ["a asks"]);
  assert.deepEqual(sent, []);
});

test("what is inherited from another identity asks first, and is kept", () => {
  const other = tab("one", { where: null });
  other.add({ key: "a", kind: "say", text: "unsent", by: "tab identity" });
  outbox.inherit(other.entries[0]);
  outbox.open(WELCOME);
  assert.deepEqual(states(), ["a asks"]);
  assert.deepEqual(states(tab("again")), ["a waiting"]);
});

test("a full storage keeps nothing, and the page works on from memory", () => {
  store.full = true;
  write("a", "b");
  outbox.sync();
  outbox.open(WELCOME);
  outbox.settle("a");
  assert.deepEqual(sent, ["a", "b"]);
});

test("two tabs see one outbox, and one of them sends", () => {
  const other = tab("other");
  outbox.open(WELCOME);
  other.open(WELCOME);
  write("a");
  other.sync();
  assert.deepEqual(states(other), ["a waiting"]);
  assert.deepEqual(sent, ["a"]);
});

test("what another tab delivered is not sent again", () => {
  const other = tab("other");
  other.open(WELCOME);
  write("a");
  other.sync();
  assert.deepEqual(sent, ["a"]);
  other.settle("a");
  outbox.sync();
  outbox.open(WELCOME);
  assert.deepEqual(states(), []);
  assert.deepEqual(sent, ["a"]);
});

test("what a tab hears late of a settled entry does not bring it back", () => {
  outbox.open(WELCOME);
  write("a");
  outbox.settle("a");
  new Drawer("lobby", store).put({ key: "a", kind: "say", order: 1, at: "2026-11-23T09:00:00Z" });
  outbox.sync();
  assert.deepEqual(states(), []);
});

test("the tab that sends sends what the other wrote as well, in the order of writing", () => {
  const other = tab("other");
  outbox.open(WELCOME);
  other.open(WELCOME);
  write("a");
  now += 1;
  other.add({ key: "b", kind: "say", text: "from the other", by: ME });
  outbox.sync();
  write("c");
  assert.deepEqual(sent, ["a"]);
  outbox.settle("a");
  assert.deepEqual(sent, ["a", "b"]);
});

test("a tab that was closed while it sent is succeeded by the other", () => {
  const other = tab("other");
  other.open(WELCOME);
  outbox.open(WELCOME);
  write("a");
  timers = [];
  other.sync();
  assert.deepEqual(sent, ["a"]);
  pass(3100);
  assert.deepEqual(sent, ["a", "a"]);
});

test("a refusal that another tab was given is known here", () => {
  const other = tab("other");
  write("a");
  other.sync();
  outbox.refuse("a", "No.");
  other.sync();
  assert.deepEqual(states(other), ["a refused"]);
});
