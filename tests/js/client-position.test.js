import assert from "node:assert/strict";
import { test } from "node:test";
import { Position } from "../../static/js/client.js";

test("a page stands where it ends, and resumes from there", () => {
  const position = new Position("YP88w15X:12");
  assert.deepEqual([position.epoch, position.id, position.cursor], ["YP88w15X", 12, "YP88w15X:12"]);
});

test("a page that came with nothing has nothing to resume from", () => {
  assert.equal(new Position().cursor, null);
});

test("an id is seen, next, or beyond a hole", () => {
  const position = new Position("e:12");
  assert.deepEqual(
    [1, 12, 13, 14].map((id) => position.place(id)),
    ["seen", "seen", "next", "hole"],
  );
});

test("only what was taken moves it", () => {
  const position = new Position("e:12");
  position.place(13);
  assert.equal(position.cursor, "e:12");
  position.advance();
  assert.equal(position.cursor, "e:13");
});

test("a gap moves it over what is lost", () => {
  const position = new Position("e:12");
  position.skip({ lost: [13, 40], epoch: "e", oldest: 41, head: 50 });
  assert.equal(position.cursor, "e:40");
  assert.equal(position.place(41), "next");
});

test("a log that was started anew is read from its oldest, even when nothing is in it", () => {
  const position = new Position("e:12");
  position.skip({ lost: null, epoch: "f", oldest: 3, head: 9 });
  assert.equal(position.cursor, "f:2");
  position.skip({ lost: null, epoch: "g", oldest: 1, head: 0 });
  assert.equal(position.cursor, "g:0");
});

test("who stands nowhere begins at the head, and who wants everything before all", () => {
  const nowhere = new Position();
  nowhere.begin({ epoch: "e", head: 7 });
  assert.equal(nowhere.cursor, "e:7");
  const everything = new Position("0");
  assert.equal(everything.cursor, "0");
  everything.begin({ epoch: "e", head: 7 });
  assert.equal(everything.cursor, "e:0");
});

test("a welcome moves nobody who stands somewhere", () => {
  const position = new Position("e:12");
  position.begin({ epoch: "f", head: 40 });
  assert.equal(position.cursor, "e:12");
});
