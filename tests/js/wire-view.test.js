import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { EVERYTHING } from "../../static/js/wire-filter.js";
import { WireLog } from "../../static/js/wire-log.js";
import { WireView } from "../../static/js/wire-view.js";

let log;
let view;
let asked;
beforeEach(() => {
  asked = [];
  log = new WireLog(5);
  view = new WireView(
    log,
    (source, rows) => new Promise((answer) => asked.push({ source, rows, answer })),
  );
});

let second = 0;
function come(...texts) {
  for (const text of texts) {
    const at = new Date(Date.UTC(2026, 10, 23, 9, 0, second++)).toISOString();
    log.add({ type: "frame", connection: "c1", at, from: "client", opcode: "text", size: 1, text });
  }
  log.trim();
}
const shown = () => view.shown.map(({ event }) => event.text);

test("what comes is shown, and the oldest go with the log", () => {
  come("a", "b", "c");
  view.update();
  come("d", "e", "f", "g");
  assert.equal(view.update(), 2);
  assert.deepEqual(shown(), ["c", "d", "e", "f", "g"]);
});

test("a pause holds still and loses nothing that is kept", () => {
  come("a");
  view.update();
  view.paused = true;
  come("b", "c");
  view.update();
  assert.deepEqual(shown(), ["a"]);
  assert.equal(view.waiting, 2);
  view.paused = false;
  view.update();
  assert.deepEqual(shown(), ["a", "b", "c"]);
});

test("a filter looks at all that is kept, and at what comes after", () => {
  come("tea", "water");
  view.update();
  view.choose({ ...EVERYTHING, text: "tea" });
  view.update();
  come("more tea");
  view.update();
  assert.deepEqual(shown(), ["tea", "more tea"]);
});

const tick = () => new Promise((done) => setTimeout(done));

test("an expression is tried elsewhere, one batch after the other, in order", async () => {
  view.choose({ ...EVERYTHING, text: "^t", regex: true });
  come("tea", "water");
  view.update();
  come("toast");
  view.update();
  assert.deepEqual(
    asked.map(({ rows }) => rows.map(([, text]) => text)),
    [["tea", "water"]],
  );
  asked[0].answer(new Set([asked[0].rows[0][0]]));
  await tick();
  view.update();
  asked[1].answer(new Set([asked[1].rows[0][0]]));
  await tick();
  assert.deepEqual(shown(), ["tea", "toast"]);
});

test("one that takes too long is let be, and everything is shown", async () => {
  view.choose({ ...EVERYTHING, text: "(t+)+$", regex: true });
  come("tea");
  view.update();
  asked[0].answer(null);
  await tick();
  view.update();
  assert.equal(view.tooSlow, true);
  assert.deepEqual(shown(), ["tea"]);
});

test("an answer to an older question is let pass", async () => {
  view.choose({ ...EVERYTHING, text: "t", regex: true });
  come("tea");
  view.update();
  view.choose({ ...EVERYTHING, text: "w", regex: true });
  view.update();
  asked[0].answer(null);
  await tick();
  assert.equal(view.tooSlow, false);
  assert.deepEqual(shown(), []);
});
