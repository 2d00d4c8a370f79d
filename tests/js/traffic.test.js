import assert from "node:assert/strict";
import { test } from "node:test";

import { median, Traffic } from "../../static/js/traffic.js";

test("each way is counted by itself, and one's own message by how long it was away", () => {
  let now = 100;
  let changes = 0;
  const traffic = new Traffic(
    () => changes++,
    () => now,
  );
  traffic.leaves("poll", '{"type":"say","key":"k1","text":"h\u00e9"}');
  now = 350;
  traffic.came("poll", { key: "k1" });
  traffic.came("poll", { key: "somebody else's" });
  traffic.add("events", { received: 10 });
  assert.deepEqual(traffic.of("poll"), {
    requests: 0,
    sent: 38,
    received: 0,
    messages: 2,
    delays: [250],
  });
  assert.equal(traffic.of("events").received, 10);
  assert.equal(changes, 4);
});

test("a request and its answer are counted as they go, and the answer is the same", async () => {
  const traffic = new Traffic(() => {});
  const fetch = async () => new Response("h\u00e9llo", { status: 201, headers: { Cursor: "e:1" } });
  const answer = await traffic.edge({ fetch }).fetch("/", { body: '{"key":"k"}' }, "stream");
  assert.deepEqual([answer.status, answer.headers.get("Cursor")], [201, "e:1"]);
  assert.equal(await answer.text(), "h\u00e9llo");
  const { requests, sent, received } = traffic.of("stream");
  assert.deepEqual([requests, sent, received], [1, 11, 6]);
});

test("the delay that is shown is the middle one", () => {
  assert.deepEqual([median([]), median([3]), median([9, 1, 5])], [undefined, 3, 5]);
});
