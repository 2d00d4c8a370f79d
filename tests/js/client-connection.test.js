import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Connection, SocketWay } from "../../static/js/client.js";
import { World } from "./world.js";

// Writes down what a connection by WebSocket tells.
class Kept extends World {
  states = [];
  closes = [];
  frames = [];

  connection = new Connection({
    ways: [new SocketWay(() => "ws://here/ws", [], this.WebSocket)],
    on: {
      state: ({ is }) => this.states.push(is),
      frame: (data) => this.frames.push(data),
      close: (code) => this.closes.push(code),
    },
    edge: this,
  });

  connect() {
    this.connection.connect();
    this.socket.open();
  }

  waits() {
    return this.connection.state.until - this.time;
  }
}

let world;
beforeEach(() => {
  world = new Kept();
});

test("it says what it is doing, from the first attempt to the wait after a loss", () => {
  world.connect();
  world.socket.lose();
  assert.deepEqual(world.states, ["connecting", "connected", "waiting"]);
});

test("it comes back by itself when the wait is over", () => {
  world.connect();
  world.socket.lose();
  world.pass(250);
  assert.equal(world.sockets.length, 2);
});

test("waits grow while nothing holds and start anew after ten steady seconds", () => {
  const waits = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    world.connect();
    world.socket.lose();
    waits.push(world.waits());
    world.connection.connect();
  }
  assert.deepEqual(waits, [250, 500, 1000]);
  world.socket.tell("open");
  world.pass(10_000);
  world.socket.lose();
  assert.equal(world.waits(), 250);
});

test("a goodbye names the window to come back in", () => {
  world.connect();
  world.connection.comeBackWithin([4, 6]);
  world.socket.lose(1012);
  assert.equal(world.waits(), 5000);
});

test("a restart without a goodbye is come back from within seconds, a second one after a wait that grows", () => {
  const waits = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    world.connect();
    world.socket.lose(1012);
    waits.push(world.waits());
    world.connection.connect();
  }
  assert.deepEqual(waits, [1100, 500, 1000]);
});

test("a refusal ends it until somebody asks again", () => {
  world.connect();
  world.socket.lose(1008);
  world.pass(60_000);
  assert.equal(world.connection.state.is, "stopped");
  assert.equal(world.sockets.length, 1);
  world.connection.connect();
  assert.equal(world.sockets.length, 2);
});

test("there is never more than one socket, however often it is asked", () => {
  world.connection.connect();
  world.connection.connect();
  world.connection.hurry();
  assert.equal(world.sockets.length, 1);
});

test("hurry turns a wait into an attempt, once", () => {
  world.connect();
  world.socket.lose();
  world.connection.hurry();
  world.pass(30_000);
  world.connection.hurry();
  assert.ok(world.sockets.length >= 2);
  assert.equal(world.sockets.filter(({ closed }) => !closed).length, 1);
});

test("an attempt that is never answered is given up", () => {
  world.connection.connect();
  world.pass(15_000);
  assert.equal(world.connection.state.is, "waiting");
  assert.ok(world.sockets[0].closed);
});

test("a socket that was let go is not listened to any more", () => {
  world.connect();
  const old = world.socket;
  world.connection.renew();
  old.tell("message", { data: "late" });
  old.lose();
  assert.deepEqual(world.frames, []);
  assert.deepEqual(world.closes, [1006]);
  assert.equal(world.connection.state.is, "connecting");
});

test("what cannot be sent is not said to be sent", () => {
  assert.equal(world.connection.send("early"), false);
  world.connect();
  assert.equal(world.connection.send("now"), true);
  assert.deepEqual(world.socket.sent, ["now"]);
});

test("leaving is for good", () => {
  world.connect();
  world.connection.leave();
  world.pass(60_000);
  assert.equal(world.connection.state.is, "idle");
  assert.equal(world.sockets.length, 1);
});

test("an attempt that is under way can be replaced as well", () => {
  world.connection.connect();
  const old = world.socket;
  world.connection.renew();
  assert.equal(world.sockets.length, 2);
  assert.ok(old.closed);
});

test("a connection that cannot be right is dropped, and comes back after a wait", () => {
  world.connect();
  world.connection.drop();
  assert.equal(world.connection.state.is, "waiting");
  world.connection.drop();
  assert.deepEqual(world.closes, [1006]);
  world.pass(250);
  assert.equal(world.sockets.length, 2);
});

// -- by other ways -----------------------------------------------------------------

// A way on which the test speaks.
class Spoken {
  lines = [];

  constructor(name) {
    this.name = name;
  }

  open = (hears) => {
    const line = { hears, closed: false, close: () => (line.closed = true) };
    this.lines.push(line);
    return line;
  };

  get hears() {
    return this.lines.at(-1).hears;
  }
}

let ways;
let told;
let connection;

const begin = () => {
  ways = ["best", "good", "bad"].map((name) => new Spoken(name));
  told = [];
  connection = new Connection({
    ways,
    on: {
      close: (code, _, climbed) => told.push(climbed ? "climbed" : code),
      frame: (data) => told.push(data),
    },
    edge: world,
  });
  connection.connect();
};
const fail = (way) => {
  way.hears.close(1006, "");
  world.pass(30_000);
};
// It has spoken well.
const speak = (way) => {
  way.hears.open();
  connection.praise();
};

test("a way that was never any good is given up after two attempts", () => {
  begin();
  fail(ways[0]);
  assert.equal(connection.state.way, "best");
  fail(ways[0]);
  assert.equal(connection.state.way, "good");
  assert.deepEqual([ways[0].lines.length, ways[1].lines.length], [2, 1]);
});

test("to be let in is not enough to be good: something must have come", () => {
  begin();
  ways[0].hears.open();
  fail(ways[0]);
  ways[0].hears.open();
  fail(ways[0]);
  assert.equal(connection.state.way, "good");
});

test("a way that was good once is kept to, however often it fails", () => {
  begin();
  speak(ways[0]);
  for (let attempt = 0; attempt < 10; attempt++) fail(ways[0]);
  assert.equal(connection.state.way, "best");
  assert.equal(ways[1].lines.length, 0);
});

test("on another network it is not known to be good", () => {
  begin();
  speak(ways[0]);
  connection.restart();
  fail(ways[0]);
  fail(ways[0]);
  assert.equal(connection.state.way, "good");
});

test("nor is another way given up, once it was good", () => {
  begin();
  fail(ways[0]);
  fail(ways[0]);
  speak(ways[1]);
  for (let attempt = 0; attempt < 10; attempt++) fail(ways[1]);
  assert.equal(connection.state.way, "good");
  assert.equal(ways[2].lines.length, 0);
});

test("where no way is any good it goes round", () => {
  begin();
  for (const way of [ways[0], ways[0], ways[1], ways[2]]) fail(way);
  assert.equal(connection.state.way, "best");
  assert.equal(ways[0].lines.length, 3);
});

test("replacing a line that is only being opened is no failure of its way", () => {
  begin();
  for (let attempt = 0; attempt < 5; attempt++) connection.renew();
  assert.equal(connection.state.way, "best");
});

test("another network begins with the best way again", () => {
  begin();
  fail(ways[0]);
  fail(ways[0]);
  speak(ways[1]);
  connection.restart();
  assert.equal(connection.state.way, "best");
  assert.ok(ways[1].lines[0].closed);
});

test("every minute the best way is tried beside the one that there is", () => {
  begin();
  fail(ways[0]);
  fail(ways[0]);
  speak(ways[1]);
  world.pass(60_000);
  assert.equal(ways[0].lines.length, 3);
  ways[0].hears.close(1006, "");
  assert.equal(connection.state.is, "connected");
  assert.ok(!ways[1].lines[0].closed);
  ways[1].hears.frame("still here");
  world.pass(60_000);
  assert.equal(ways[0].lines.length, 4);
  assert.deepEqual(told, [1006, 1006, "still here"]);
});

test("it changes over when something is heard by the best way, and not before", () => {
  begin();
  fail(ways[0]);
  fail(ways[0]);
  speak(ways[1]);
  world.pass(60_000);
  ways[0].hears.open();
  assert.equal(connection.state.way, "good");
  ways[0].hears.frame("welcome");
  assert.ok(ways[1].lines[0].closed);
  ways[1].hears.frame("late");
  ways[0].hears.frame("more");
  assert.deepEqual(told, [1006, 1006, "climbed", "welcome", "more"]);
  assert.deepEqual([connection.state.is, connection.state.way], ["connected", "best"]);
  ways[0].hears.close(1006, "");
  assert.equal(connection.state.is, "waiting");
});

test("it goes the way it is told, and what it had goes on until something is heard there", () => {
  begin();
  speak(ways[0]);
  connection.use("bad");
  ways[2].hears.open();
  ways[0].hears.frame("still here");
  assert.equal(connection.state.way, "best");
  ways[2].hears.frame("welcome");
  assert.ok(ways[0].lines[0].closed);
  assert.deepEqual(told, ["still here", "climbed", "welcome"]);
  assert.deepEqual([connection.state.way, connection.state.chosen], ["bad", true]);
});

test("what it was told is not left, whether it fails or a better way could be had", () => {
  begin();
  speak(ways[0]);
  connection.use("good");
  ways[1].hears.frame("welcome");
  connection.praise();
  world.pass(100_000);
  assert.equal(ways[0].lines.length, 1);
  for (let attempt = 0; attempt < 5; attempt++) fail(ways[1]);
  assert.equal(connection.state.way, "good");
});

test("told another way before the last was heard, it goes that one alone", () => {
  begin();
  speak(ways[0]);
  connection.use("bad");
  connection.use("good");
  assert.ok(ways[2].lines[0].closed);
  ways[2].hears.frame("late");
  ways[1].hears.frame("welcome");
  assert.deepEqual(told, ["climbed", "welcome"]);
});

test("without a name it takes the best way again", () => {
  begin();
  speak(ways[0]);
  connection.use("bad");
  ways[2].hears.frame("welcome");
  connection.use();
  ways[0].hears.frame("welcome back");
  assert.deepEqual([connection.state.way, connection.state.chosen], ["best", false]);
});

test("what it is told while it waits, it does at once", () => {
  begin();
  ways[0].hears.close(1006, "");
  connection.use("bad");
  assert.equal(ways[2].lines.length, 1);
});

test("the best way has as long to answer as any", () => {
  begin();
  fail(ways[0]);
  fail(ways[0]);
  speak(ways[1]);
  world.pass(60_000);
  world.pass(15_000);
  assert.ok(ways[0].lines.at(-1).closed);
  ways[0].hears.frame("too late");
  assert.equal(connection.state.way, "good");
});

test("who leaves tries nothing any more", () => {
  begin();
  fail(ways[0]);
  fail(ways[0]);
  speak(ways[1]);
  world.pass(60_000);
  connection.leave();
  assert.ok([...ways[0].lines.slice(2), ...ways[1].lines].every(({ closed }) => closed));
  world.pass(600_000);
  assert.equal(ways[0].lines.length, 3);
});
