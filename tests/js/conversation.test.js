import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { amended, Conversation } from "../../static/js/conversation.js";

const EPOCH = "YP88w15X";

// Writes down what would be drawn.
class View {
  rows = [];

  message(message) {
    this.rows.push(message);
  }

  prepend(messages) {
    this.rows.unshift(...messages);
  }

  find(id) {
    return this.rows.find((row) => row.id === id);
  }

  replace(message) {
    this.rows[this.rows.indexOf(this.find(message.id))] = message;
  }

  gap(words) {
    this.rows.push(words);
  }

  seal() {
    this.rows = this.rows.map((row) => (row.id ? { sealed: row.text } : row));
  }

  get shown() {
    return this.rows.map((row) => row.text ?? (row.deleted ? "deleted" : (row.sealed ?? row)));
  }
}

const said = (id, more = {}) => ({
  id,
  at: "2026-11-23T09:00:00.000Z",
  from: { id: "p" },
  text: `m${id}`,
  ...more,
});
const page = (oldest, head, ...messages) => {
  const first = messages[0]?.id ?? oldest;
  return { epoch: EPOCH, head, oldest, first, messages };
};

let view;
let conversation;

const begin = (last, messages, oldest = 1, first = messages[0]?.id ?? oldest) => {
  view = new View();
  conversation = new Conversation(view);
  conversation.adopt(messages, { epoch: EPOCH, oldest, first, last });
};
const take = (...messages) => {
  for (const message of messages) conversation.take(message);
};

beforeEach(() => begin(2, [said(1), said(2)]));

test("it begins with what the page came with", () => {
  assert.deepEqual(view.shown, ["m1", "m2"]);
  assert.equal(conversation.completeness(true).words, "complete 1–2");
});

test("the next message is shown below", () => {
  take(said(3));
  assert.deepEqual(view.shown, ["m1", "m2", "m3"]);
});

test("an edit changes its message where it is, and counts", () => {
  take(said(3, { edits: 1, text: "better" }));
  assert.deepEqual(view.shown, ["better", "m2"]);
  assert.equal(view.find(1).edited, true);
  assert.equal(conversation.completeness(true).words, "complete 1–3");
});

test("a delete takes the words, and no later edit brings any back", () => {
  take(said(3, { deletes: 1, text: undefined }), said(4, { edits: 1, text: "late" }));
  assert.deepEqual(view.shown, ["deleted", "m2"]);
  assert.equal(view.find(1).text, undefined);
});

test("an edit whose words are gone tells that the message is", () => {
  take({ ...said(3, { edits: 1, deleted: true }), text: undefined });
  assert.deepEqual(view.shown, ["deleted", "m2"]);
});

test("a message that was deleted meanwhile has its place", () => {
  take({ ...said(3, { deleted: true }), text: undefined });
  assert.deepEqual(view.shown, ["m1", "m2", "deleted"]);
});

test("a gap is drawn where it is, and what follows goes on behind it", () => {
  conversation.gap({ lost: [3, 9], epoch: EPOCH, oldest: 10, head: 11 });
  take(said(10), said(11));
  assert.deepEqual(view.shown, ["m1", "m2", "Messages 3 to 9 are no longer kept", "m10", "m11"]);
  assert.equal(conversation.completeness(true).words, "complete but for 3–9");
  assert.ok(!conversation.covers(5));
  assert.ok(conversation.covers(2));
});

test("one lost message is one", () => {
  conversation.gap({ lost: [3, 3], epoch: EPOCH, oldest: 4, head: 3 });
  assert.equal(view.shown.at(-1), "Message 3 is no longer kept");
});

test("a log that was started anew begins below its line, and its numbers are its own", () => {
  conversation.gap({ lost: null, epoch: "new", oldest: 1, head: 2 });
  take(said(1, { text: "first" }), said(2, { edits: 1, text: "First" }));
  assert.deepEqual(view.shown.slice(0, 2), ["m1", "m2"]);
  assert.match(view.shown[2], /started anew/);
  assert.deepEqual(view.shown.slice(3), ["First"]);
  assert.equal(conversation.epoch, "new");
  assert.equal(conversation.before, null);
});

test("a welcome tells how much was missed, in the same log", () => {
  assert.equal(conversation.welcome({ epoch: EPOCH, head: 4, oldest: 1 }), 2);
  assert.equal(conversation.welcome({ epoch: "other", head: 4, oldest: 1 }), 0);
});

test("while something is missing it is complete so far", () => {
  take(said(3), said(4));
  assert.equal(conversation.completeness(true).words, "complete 1–4");
  assert.equal(conversation.completeness(false).words, "1–4 so far");
});

test("older messages come above, as long as there are any", () => {
  begin(9, [said(7), said(8), said(9)]);
  assert.equal(conversation.before, 7);
  assert.equal(conversation.edge, "");
  conversation.older(page(1, 9, said(3), said(5), said(6)), conversation.before);
  assert.deepEqual(view.shown, ["m3", "m5", "m6", "m7", "m8", "m9"]);
  assert.equal(conversation.before, 3);
  conversation.older(page(1, 9, said(1), said(2)), conversation.before);
  assert.equal(conversation.before, null);
  assert.equal(conversation.edge, "This is where the conversation begins");
  assert.equal(conversation.completeness(true).words, "complete 1–9");
});

test("where older ones are no longer kept it says which", () => {
  begin(9, [said(7), said(8), said(9)], 5);
  conversation.older(page(5, 9, said(5), said(6)), conversation.before);
  assert.equal(conversation.edge, "Messages 1 to 4 are no longer kept");
  begin(9, [], 10);
  assert.equal(conversation.edge, "Messages 1 to 9 are no longer kept");
});

test("few messages are not the last ones: a page says itself where it begins", () => {
  begin(9, [said(9)]);
  assert.equal(conversation.before, 9);
  assert.equal(conversation.completeness(true).words, "complete 9");
  conversation.older(page(1, 9, said(8)), conversation.before);
  assert.equal(conversation.before, 8);
  assert.equal(conversation.edge, "");
});

test("below the last message may be edits of what is no longer kept", () => {
  begin(9, [said(9)], 7);
  conversation.older(page(7, 9), conversation.before);
  assert.equal(conversation.before, null);
  assert.equal(conversation.completeness(true).words, "complete 7–9");
  assert.equal(conversation.edge, "Messages 1 to 6 are no longer kept");
});

test("a page that no longer joins what is on screen is left alone", () => {
  begin(9, [said(7), said(8), said(9)]);
  conversation.trimmed(9);
  conversation.older(page(1, 9, said(6)), 7);
  assert.deepEqual(view.shown, ["m7", "m8", "m9"]);
  assert.equal(conversation.before, 9);
});

test("what went while one scrolled up is not waited for", () => {
  begin(9, [said(7), said(8), said(9)]);
  conversation.older(page(8, 9), conversation.before);
  assert.equal(conversation.before, null);
  assert.equal(conversation.edge, "Messages 1 to 6 are no longer kept");
});

test("an edit that overtakes its page of history is not undone by it", () => {
  begin(9, [said(7), said(8), said(9)]);
  take(said(10, { edits: 3, text: "newest" }));
  conversation.older(page(1, 9, said(3), said(4), said(6)), conversation.before);
  assert.equal(view.find(3).text, "newest");
});

test("a page of history that knows more than the live stream is not set back", () => {
  begin(9, [said(7), said(8), said(9)]);
  take(said(10, { edits: 3, text: "older" }));
  conversation.older(
    page(1, 12, said(3, { text: "newest", edited: true }), said(4), said(6)),
    conversation.before,
  );
  assert.equal(view.find(3).text, "newest");
});

test("a page of another log is left alone", () => {
  begin(9, [said(7), said(8), said(9)]);
  conversation.older({ ...page(1, 9, said(6)), epoch: "other" }, conversation.before);
  assert.deepEqual(view.shown, ["m7", "m8", "m9"]);
});

test("an empty room has no beginning to speak of", () => {
  begin(0, []);
  assert.deepEqual([conversation.before, conversation.edge], [null, ""]);
  assert.equal(conversation.completeness(true).words, "");
});

test("an amended message keeps who said it and when", () => {
  const after = amended(said(1, { key: "k" }), {
    id: 9,
    edits: 1,
    text: "x",
    key: "other",
    at: "later",
  });
  assert.deepEqual([after.key, after.at, after.text], ["k", said(1).at, "x"]);
});
