import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Refusal, Room, SUBPROTOCOL } from "../../static/js/client.js";
import { World } from "./world.js";

const EPOCH = "YP88w15X";
const ME = { id: "HnYv07oHwOM6", name: "Ada" };

let world;
let room;
let told;

// A room whose socket is the test's, and all that it tells.
const enter = (given = {}) => {
  world = new World();
  room = new Room("http://here:8888/r/ops", {
    name: "Ada",
    token: "proof",
    edge: world,
    ...given,
  });
  told = [];
  room.on("message", ({ id }) => told.push(id));
  room.on("gap", ({ lost }) => told.push(lost));
  room.on("ack", ({ key }) => told.push(`ack ${key}`));
  room.on("lost", ({ code }) => told.push(`lost ${code}`));
};
const welcome = (more = {}) => {
  world.socket.open();
  world.socket.says("welcome", {
    room: "ops",
    epoch: EPOCH,
    head: 2,
    oldest: 1,
    you: ME,
    count: 1,
    people: [ME],
    presence: 0,
    limits: { message: 1000, name: 40, key_days: 7 },
    heartbeat: 20,
    ...more,
  });
};
const hear = (...ids) => {
  for (const id of ids) world.socket.says("message", message(id));
};
const message = (id) => ({ type: "message", id, at: "", from: ME, text: `m${id}` });
const comeBack = (more) => {
  world.pass(1000);
  welcome(more);
};
const asked = (name) => new URL(world.socket.address).searchParams.get(name);

beforeEach(() => {
  enter({ since: `${EPOCH}:2` });
  room.connect();
  welcome();
});

// -- where it stands -----------------------------------------------------------------

test("it asks at the room's own address, from its cursor, as whom it was told to be", () => {
  assert.equal(new URL(world.socket.address).origin, "ws://here:8888");
  assert.equal(new URL(world.socket.address).pathname, "/r/ops");
  assert.deepEqual(["since", "name", "as"].map(asked), [`${EPOCH}:2`, "Ada", "proof"]);
  assert.deepEqual(world.socket.protocols, [SUBPROTOCOL]);
});

test("the address of the socket can be another, and have more in it", () => {
  enter({ socket: "https://there/ws/ops", query: { wire: "secret" } });
  room.connect();
  const { href } = new URL(world.socket.address);
  assert.equal(href, "wss://there/ws/ops?name=Ada&as=proof&wire=secret");
});

test("each message comes once, in order, whether alone or in a batch", () => {
  hear(3, 3, 1);
  world.socket.says("batch", { messages: [message(3), message(4), message(5)] });
  assert.deepEqual(told, [3, 4, 5]);
  assert.equal(room.cursor, `${EPOCH}:5`);
});

test("beyond a hole nothing is told: it comes back with its cursor for all of it", () => {
  hear(3, 5, 6);
  assert.deepEqual(told, [3, "lost 1006"]);
  comeBack({ head: 6 });
  assert.equal(asked("since"), `${EPOCH}:3`);
  hear(4, 5, 6);
  assert.deepEqual(told, [3, "lost 1006", 4, 5, 6]);
});

test("a hole inside a batch ends the batch", () => {
  world.socket.says("batch", { messages: [message(3), message(5)] });
  assert.deepEqual(told, [3, "lost 1006"]);
});

test("a heartbeat above the cursor is a hole as well", () => {
  world.socket.says("heartbeat", { head: 2 });
  assert.deepEqual(told, []);
  world.socket.says("heartbeat", { head: 3 });
  assert.deepEqual(told, ["lost 1006"]);
  comeBack({ head: 3 });
  assert.equal(asked("since"), `${EPOCH}:2`);
});

test("a gap is told with its numbers, and it goes on behind it", () => {
  world.socket.says("gap", { lost: [3, 9], epoch: EPOCH, oldest: 10, head: 11 });
  hear(10);
  assert.deepEqual(told, [[3, 9], 10]);
  assert.equal(room.current, false);
  hear(11);
  assert.equal(room.current, true);
});

test("another log is told as a gap that nobody knows, and its numbers are its own", () => {
  world.socket.says("gap", { lost: null, epoch: "new", oldest: 1, head: 1 });
  hear(1);
  assert.deepEqual(told, [null, 1]);
  assert.equal(room.cursor, "new:1");
});

test("who came with nothing resumes from the head that the welcome told", () => {
  enter();
  room.connect();
  assert.equal(asked("since"), null);
  welcome({ head: 7 });
  world.socket.lose();
  comeBack({ head: 7 });
  assert.equal(asked("since"), `${EPOCH}:7`);
});

test("who wants everything says so until the first of it is there", () => {
  enter({ since: "0" });
  room.connect();
  assert.equal(asked("since"), "0");
  welcome({ head: 2 });
  world.socket.lose();
  comeBack({ head: 2 });
  assert.equal(asked("since"), `${EPOCH}:0`);
  hear(1, 2);
  assert.deepEqual(told, ["lost 1006", 1, 2]);
});

test("what a listener breaks off is told again", () => {
  const off = room.on("message", () => room.restart());
  world.socket.says("batch", { messages: [message(3), message(4)] });
  off();
  assert.deepEqual(told, [3, "lost 1006"]);
  welcome({ head: 4 });
  assert.equal(asked("since"), `${EPOCH}:3`);
  hear(4);
  assert.deepEqual(told.slice(2), [4]);
});

// -- the connection ------------------------------------------------------------------

test("it is connected when the server has said welcome, and not when a socket is open", () => {
  enter();
  const states = [];
  room.on("state", ({ is }) => states.push(is));
  room.connect();
  world.socket.open();
  assert.equal(room.state.is, "connecting");
  assert.equal(room.connected, false);
  welcome();
  assert.deepEqual(states, ["connecting", "connected"]);
  assert.equal(room.connected, true);
});

test("a server that is silent for longer than its heartbeat allows is not there", () => {
  world.pass(49_000);
  world.socket.says("heartbeat", { head: 2 });
  world.pass(49_000);
  assert.deepEqual(told, []);
  world.pass(1000);
  assert.deepEqual(told, ["lost 1006"]);
});

test("nor is one that lets in and says nothing", () => {
  enter();
  room.connect();
  world.socket.open();
  world.pass(15_000);
  assert.deepEqual(told, ["lost 1006"]);
});

test("a goodbye names when to be back", () => {
  world.socket.says("goodbye", { code: 1012, retry_between: [4, 6] });
  world.socket.lose(1012);
  assert.equal(room.state.until - world.time, 5000);
});

test("a refusal ends it, and says why", () => {
  const words = [];
  room.on("lost", (lost) => words.push(lost.words));
  world.socket.lose(1008, "not_from_here");
  assert.match(words[0], /not_from_here/);
  assert.equal(room.state.is, "stopped");
});

test("who closes hears nothing more, and may come again", () => {
  const { socket } = world;
  room.close();
  socket.says("message", message(3));
  world.pass(60_000);
  assert.deepEqual(told, ["lost 1000"]);
  assert.equal(world.alive.length, 0);
  room.connect();
  welcome({ head: 3 });
  hear(3);
  assert.equal(told.at(-1), 3);
});

test("what cannot be understood is let pass", () => {
  world.socket.tell("message", { data: "no json" });
  world.socket.tell("message", { data: new ArrayBuffer(2) });
  world.socket.says("constructor");
  world.socket.says("not_invented_yet");
  hear(3);
  assert.deepEqual(told, [3]);
});

test("everything in one piece is told before the moment to draw it", () => {
  room.on("heard", () => told.push("heard"));
  world.socket.says("batch", { messages: [message(3), message(4)] });
  assert.deepEqual(told, [3, 4, "heard"]);
});

test("what was not reached yet is no hole, but for what a heartbeat tells", () => {
  enter({ since: "0" });
  room.connect();
  welcome({ head: 9 });
  hear(1);
  world.socket.says("heartbeat", { head: 1 });
  assert.deepEqual([told, room.current], [[1], false]);
});

test("who leaves or turns round when it is lost is not brought back", () => {
  room.on("lost", () => room.close());
  world.socket.lose();
  world.pass(60_000);
  assert.deepEqual([room.state.is, world.sockets.length], ["idle", 1]);
  enter();
  room.on("lost", () => room.connect());
  room.connect();
  world.socket.lose();
  world.pass(1000);
  assert.deepEqual([room.state.is, world.sockets.length], ["connecting", 2]);
});

test("who leaves is not watched any more, even where no welcome came", () => {
  enter();
  room.connect();
  world.socket.open();
  room.close();
  assert.equal(world.timers.size, 0);
});

test("a listener that fails keeps nobody else from hearing, and its error is not lost", async () => {
  enter({ since: `${EPOCH}:2` });
  const failed = new Promise((done) => process.setUncaughtExceptionCaptureCallback(done));
  room.on("message", () => {
    throw new Error("its owner's");
  });
  room.on("message", ({ id }) => told.push(`second ${id}`));
  room.connect();
  welcome();
  hear(3);
  assert.deepEqual(told, [3, "second 3"]);
  assert.equal((await failed).message, "its owner's");
  process.setUncaughtExceptionCaptureCallback(null);
});

// -- who is here ---------------------------------------------------------------------

test("who is here is kept up to date", () => {
  const counts = [];
  room.on("presence", (people) => counts.push(people.count));
  const eva = { id: "uT2oXWq5kBzA", name: "Eva" };
  world.socket.says("presence", { version: 1, count: 2, joined: [eva] });
  assert.deepEqual(counts, [2]);
  assert.deepEqual(
    room.people.list(room.you.id).map(({ name }) => name),
    ["Ada", "Eva"],
  );
});

test("one is called what the server says", () => {
  welcome({ you: { ...ME, name: "Ada L" } });
  assert.equal(room.name, "Ada L");
});

test("a name that is chosen after the server was asked for one is newer than its welcome", () => {
  enter();
  room.connect();
  room.rename("Countess");
  welcome();
  assert.equal(room.name, "Countess");
  assert.deepEqual(world.socket.commands, [{ type: "rename", name: "Countess" }]);
});

test("a name that was chosen elsewhere is one's own too", () => {
  world.socket.says("presence", {
    version: 1,
    count: 1,
    renamed: [{ id: ME.id, name: "Countess" }],
  });
  assert.equal(room.name, "Countess");
  world.socket.lose();
  world.pass(1000);
  assert.equal(asked("name"), "Countess");
});

test("a name that is refused is not one's own", () => {
  room.rename("\u200b");
  world.socket.says("error", { code: "bad_name", message: "No." });
  assert.equal(room.name, "Ada");
});

test("who becomes somebody else connects as them", () => {
  room.become({ name: "Bob", token: "other" });
  assert.equal(world.alive.length, 1);
  assert.deepEqual(["name", "as"].map(asked), ["Bob", "other"]);
});

// -- publishing ----------------------------------------------------------------------

const ack = (command, id, more) => world.socket.says("ack", { key: command.key, id, ...more });

test("what is published is answered with its number, after its own copy", async () => {
  const stored = room.publish("hello");
  const [said] = world.socket.commands;
  assert.deepEqual([said.type, said.text], ["say", "hello"]);
  hear(3);
  ack(said, 3);
  assert.deepEqual(await stored, { id: 3, duplicate: false });
  assert.deepEqual(told, [3, `ack ${said.key}`]);
});

test("an ack that is ahead of its copy waits for it, and not for that of another log", () => {
  ack({ key: "k" }, 4);
  hear(3);
  assert.deepEqual(told, [3]);
  hear(4);
  assert.deepEqual(told, [3, 4, "ack k"]);
  ack({ key: "l" }, 6);
  world.socket.lose();
  comeBack();
  world.socket.says("gap", { lost: null, epoch: "new", oldest: 6, head: 6 });
  hear(6);
  assert.deepEqual(told.slice(3), ["lost 1006", null, 6]);
});

test("one is in flight at a time, in the order of writing", async () => {
  const stored = ["a", "b"].map((text) => room.publish(text));
  assert.equal(world.socket.sent.length, 1);
  hear(3);
  ack(world.socket.commands[0], 3);
  assert.deepEqual(await stored[0], { id: 3, duplicate: false });
  assert.deepEqual(
    world.socket.commands.map(({ text }) => text),
    ["a", "b"],
  );
});

test("what was not answered is said again under its key on the next connection", async () => {
  const stored = room.publish("hello");
  const [said] = world.socket.commands;
  world.socket.lose();
  comeBack({ head: 3 });
  assert.deepEqual(world.socket.commands, [said]);
  hear(3);
  ack(said, 3, { duplicate: true });
  assert.deepEqual(await stored, { id: 3, duplicate: true });
});

test("what is written before there is a connection waits for it", async () => {
  enter();
  const stored = room.publish("early", { key: "mine" });
  room.connect();
  world.socket.open();
  assert.deepEqual(world.socket.sent, []);
  welcome();
  assert.equal(world.socket.commands[0].key, "mine");
  hear(3);
  ack({ key: "mine" }, 3);
  assert.equal((await stored).id, 3);
});

test("what is refused fails with the server's code and words, and the next goes out", async () => {
  const [first] = [room.publish("a"), room.publish("b")];
  const [{ key }] = world.socket.commands;
  world.socket.says("error", { code: "key_reused", message: "Make a new key.", key });
  await assert.rejects(first, { name: "Refusal", code: "key_reused", message: "Make a new key." });
  assert.equal(world.socket.commands[1].text, "b");
});

test("what could not be read was what is in flight", async () => {
  const stored = room.publish("a");
  world.socket.says("error", { code: "bad_key", message: "Bad key." });
  await assert.rejects(stored, (why) => why instanceof Refusal && why.code === "bad_key");
});

test("what will be taken later is said again then, and the rest behind it", () => {
  room.publish("a");
  room.publish("b");
  const [{ key }] = world.socket.commands;
  world.socket.says("error", { code: "store_full", message: "Full.", key, retry_after: 5 });
  room.publish("c");
  world.pass(4000);
  assert.equal(world.socket.sent.length, 1);
  world.pass(1000);
  assert.deepEqual(
    world.socket.commands.map(({ text }) => text),
    ["a", "a"],
  );
});

test("what is too long for the server is not sent at all", async () => {
  const stored = room.publish("x".repeat(1000));
  await assert.rejects(stored, { code: "too_long" });
  assert.deepEqual(world.socket.sent, []);
});

test("nor is what broke the connection sent again", async () => {
  const stored = room.publish("a");
  world.socket.lose(1009);
  await assert.rejects(stored, { code: "too_long" });
  comeBack();
  assert.deepEqual(world.socket.sent, []);
});

test("edits and deletes go the same way", async () => {
  const edited = room.edit(1, "better");
  const [{ key, ...edit }] = world.socket.commands;
  assert.deepEqual(edit, { type: "edit", id: 1, text: "better" });
  hear(3);
  ack({ key }, 3);
  await edited;
  room.delete(1);
  assert.deepEqual([world.socket.commands[1].type, world.socket.commands[1].id], ["delete", 1]);
});

test("who keeps their own account sends a command once, and hears what became of it", () => {
  const errors = [];
  room.on("error", ({ code, key }) => errors.push([code, key]));
  assert.equal(room.send({ type: "say", key: "k", text: "a" }), true);
  world.socket.lose();
  assert.equal(room.send({ type: "say", key: "k", text: "a" }), false);
  comeBack();
  assert.deepEqual(world.socket.sent, []);
  room.send({ type: "say", key: "k", text: "a" });
  world.socket.says("error", { code: "bad_command", message: "What?" });
  assert.deepEqual(errors, [["bad_command", "k"]]);
});
