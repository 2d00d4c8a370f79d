import assert from "node:assert/strict";
import { test } from "node:test";

import { terminalLines } from "../../static/js/terminal.js";

test("each line is one command, whatever a room is called", () => {
  const lines = terminalLines("ws://h:1/ws/it%27s", "http://h:1/r/it's;reboot'");
  assert.deepEqual(lines, {
    read: "curl 'http://h:1/r/it%27s;reboot%27'",
    follow: "curl -N 'http://h:1/r/it%27s;reboot%27?follow'",
    post: "curl -d hello 'http://h:1/r/it%27s;reboot%27?name=me'",
    join: "npx wscat -c 'ws://h:1/ws/it%27s?names'",
  });
});
