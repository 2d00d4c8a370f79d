import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Connection, socketAddress } from "../../static/js/connection.js";

class Socket extends EventTarget {
  sent = [];
  closed = false;
  send(data) {
    this.sent.push(data);
  }
  close() {
    this.closed = true;
  }
  tell(type, more = {}) {
    this.dispatchEvent(Object.assign(new Event(type), more));
  }
}

// A world in which time passes only when the test says so.
class World {
  sockets = [];
  timers = new Set();
  time = 0;
  states = [];
  closes = [];
  frames = [];

  edge = {
    open: () => this.sockets[this.sockets.push(new Socket()) - 1],
    after: (ms, act) => {
      const timer = { at: this.time + ms, act };
      this.timers.add(timer);
      return () => this.timers.delete(timer);
    },
    now: () => this.time,
    random: () => 0.5,
  };

  connection = new Connection({
    address: () => "ws://here/ws",
    on: {
      state: ({ is }) => this.states.push(is),
      frame: (data) => this.frames.push(data),
      close: (code) => this.closes.push(code),
    },
    edge: this.edge,
  });

  get socket() {
    return this.sockets.at(-1);
  }

  pass(ms) {
    this.time += ms;
    for (const timer of [...this.timers]) {
      if (timer.at > this.time) continue;
      this.timers.delete(timer);
      timer.act();
    }
  }

  connect() {
    this.connection.connect();
    this.socket.tell("open");
  }

  waits() {
    return this.connection.state.until - this.time;
  }
}

let world;
beforeEach(() => {
  world = new World();
});

test("it says what it is doing, from the first attempt to the wait after a loss", () => {
  world.connect();
  world.socket.tell("close", { code: 1006, reason: "" });
  assert.deepEqual(world.states, ["connecting", "connected", "waiting"]);
});

test("it comes back by itself when the wait is over", () => {
  world.connect();
  world.socket.tell("close", { code: 1006, reason: "" });
  world.pass(250);
  assert.equal(world.sockets.length, 2);
});

test("waits grow while nothing holds and start anew after ten steady seconds", () => {
  const waits = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    world.connect();
    world.socket.tell("close", { code: 1006, reason: "" });
    waits.push(world.waits());
    world.connection.connect();
  }
  assert.deepEqual(waits, [250, 500, 1000]);
  world.socket.tell("open");
  world.pass(10_000);
  world.socket.tell("close", { code: 1006, reason: "" });
  assert.equal(world.waits(), 250);
});

test("a goodbye names the window to come back in", () => {
  world.connect();
  world.connection.comeBackWithin([4, 6]);
  world.socket.tell("close", { code: 1012, reason: "" });
  assert.equal(world.waits(), 5000);
});

test("a refusal ends it until somebody asks again", () => {
  world.connect();
  world.socket.tell("close", { code: 1008, reason: "" });
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
  world.socket.tell("close", { code: 1006, reason: "" });
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
  old.tell("close", { code: 1006, reason: "" });
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

test("the address follows the page: its host, its port, its security", () => {
  globalThis.location = { protocol: "https:", host: "chat.example:8443" };
  assert.equal(
    socketAddress("/ws", { name: "Quiet Otter" }),
    "wss://chat.example:8443/ws?name=Quiet+Otter",
  );
  globalThis.location = { protocol: "http:", host: "[::1]:8888" };
  assert.equal(socketAddress("/-/echo/ws"), "ws://[::1]:8888/-/echo/ws");
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
