import assert from "node:assert/strict";
import { test } from "node:test";
import { between, bytesOf, story } from "../../static/js/story.js";

const ping = (text) => ({ opcode: "ping", from: "server", text });
const pong = (text) => ({ opcode: "pong", from: "client", text });

test("of two pings that one is told whose pong came last", () => {
  const frames = [ping("1.0"), pong("1.0"), ping("2.0"), pong("2.0"), ping("3.0")];
  assert.deepEqual(story(frames).ping, [ping("2.0"), pong("2.0")]);
});

test("all pieces of a message belong to it, and both closes to the end", () => {
  const kinds = ["text", "ping", "continuation", "close", "close"];
  const told = story(kinds.map((opcode) => ({ opcode })));
  assert.deepEqual([told.message.length, told.ping.length, told.close.length], [2, 0, 2]);
});

test("microseconds count", () => {
  const [from, to] = ["2026-11-23T09:51:20.999900Z", "2026-11-23T09:51:21.000350Z"];
  assert.ok(Math.abs(between(from, to) - 0.45) < 1e-9);
  assert.equal(between("2026-11-23T09:51:20Z", "2026-11-23T09:51:21Z"), 1000);
});

test("frames take their headers and their payloads", () => {
  assert.equal(
    bytesOf([
      { head: "81 02", size: 2 },
      { head: "88 80 00 00 00 00", size: 0 },
    ]),
    10,
  );
});
