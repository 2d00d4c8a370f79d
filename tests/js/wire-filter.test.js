import assert from "node:assert/strict";
import { test } from "node:test";
import { badExpression, EVERYTHING, narrows, passes } from "../../static/js/wire-filter.js";

const of = (event, own = true) => ({
  n: 0,
  own,
  delta: null,
  event: { connection: "c1", ...event },
});
const SAID = of({
  type: "frame",
  from: "client",
  opcode: "text",
  text: '{"type":"say","text":"Tea"}',
});
const HEARD = of({
  type: "frame",
  from: "server",
  opcode: "text",
  text: '{"type":"heartbeat","head":3}',
});
const PING = of({ type: "frame", from: "server", opcode: "ping", text: "1.5" });
const PONG = of({ type: "frame", from: "client", opcode: "pong", text: "1.5" });
const CLOSE = of({
  type: "frame",
  from: "server",
  opcode: "close",
  code: 1012,
  reason: "back soon",
});
const BYTES = of({ type: "frame", from: "client", opcode: "binary", hex: "c0 ff ee" }, false);
const OPEN = of({
  type: "open",
  path: "/ws",
  query: "name=Ada",
  headers: [["User-Agent", "by hand"]],
});
const ALL = { SAID, HEARD, PING, PONG, CLOSE, BYTES, OPEN };

const through = (filter) =>
  Object.keys(ALL).filter((name) => passes({ ...EVERYTHING, ...filter }, ALL[name]));

const CASES = [
  [{}, Object.keys(ALL)],
  [{ way: "sent" }, ["SAID", "PONG", "BYTES"]],
  [{ way: "received" }, ["HEARD", "PING", "CLOSE"]],
  [{ way: "control" }, ["PING", "PONG", "CLOSE"]],
  [{ heartbeats: false }, ["SAID", "CLOSE", "BYTES", "OPEN"]],
  [{ opcode: "binary" }, ["BYTES"]],
  [{ connection: "own" }, ["SAID", "HEARD", "PING", "PONG", "CLOSE", "OPEN"]],
  [{ connection: "c2" }, []],
  [{ text: "tEA" }, ["SAID"]],
  [{ text: "ff ee" }, ["BYTES"]],
  [{ text: "back soon" }, ["CLOSE"]],
  [{ text: "1012" }, ["CLOSE"]],
  [{ text: "by hand" }, ["OPEN"]],
  [{ text: "(", regex: true }, Object.keys(ALL)],
];

for (const [filter, names] of CASES) {
  test(`${JSON.stringify(filter)} lets ${names.join(", ") || "nothing"} through`, () => {
    assert.deepEqual(through(filter), names);
    assert.equal(narrows({ ...EVERYTHING, ...filter }), Object.keys(filter).length > 0);
  });
}

test("a bad expression is said in words, a good one is not", () => {
  assert.match(badExpression("(tea"), /^This is no regular expression: .+\.$/);
  assert.doesNotMatch(badExpression("(tea"), /\/\(tea\//);
  assert.equal(badExpression("te+a"), null);
});
