import assert from "node:assert/strict";
import { test } from "node:test";
import { countdown, wordsFor } from "../../static/js/state-line.js";

test("a first attempt and a return are told apart", () => {
  assert.equal(wordsFor({ is: "connecting", again: false }, true), "Connecting");
  assert.equal(wordsFor({ is: "waiting", again: true }, true), "Connection lost");
  assert.equal(wordsFor({ is: "waiting", again: false }, true), "No connection");
});

test("no network is said before anything else", () => {
  assert.equal(wordsFor({ is: "waiting", again: true }, false), "You are offline");
});

test("why it stopped is said in any case", () => {
  assert.equal(wordsFor({ is: "stopped", words: "Refused." }, false), "Refused.");
});

test("it says so where it goes by HTTP", () => {
  const words = ["websocket", "stream", "poll"].map((way) =>
    wordsFor({ is: "connected", way }, true),
  );
  assert.deepEqual(words, ["Connected", "Connected by HTTP", "Connected by polling"]);
});

test("the rest of a wait is whole seconds, never none", () => {
  assert.equal(countdown({ is: "waiting", until: 5200 }, 3000), ", trying again in 3 s");
  assert.equal(countdown({ is: "waiting", until: 5200 }, 5200), ", trying again in 1 s");
  assert.equal(countdown({ is: "connected" }, 0), "");
});
