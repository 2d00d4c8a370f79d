import assert from "node:assert/strict";
import { test } from "node:test";
import { parts } from "../../static/js/links.js";

const linked = (text) =>
  parts(text)
    .filter(({ href }) => href)
    .map((part) => part.text);

test("addresses are found and the text around them is kept", () => {
  const found = parts("see https://a.example/x?y=1#z and http://b.example");
  assert.deepEqual(
    found.map(({ text }) => text),
    ["see ", "https://a.example/x?y=1#z", " and ", "http://b.example"],
  );
});

test("the parts are the text, whatever it is", () => {
  for (const text of ["", "plain", "http://", "a http://x.example, b", "(https://x.example/)."]) {
    assert.equal(
      parts(text)
        .map((part) => part.text)
        .join(""),
      text,
    );
  }
});

test("only http and https are links", () => {
  const text =
    "javascript:alert(1) data:text/html,x ftp://x.example mailto:a@b.example //x.example";
  assert.deepEqual(linked(text), []);
});

test("what ends the sentence does not belong to the address", () => {
  assert.deepEqual(linked("Look: https://a.example/b. Or https://a.example/c?"), [
    "https://a.example/b",
    "https://a.example/c",
  ]);
});

test("a bracket belongs to the address that opened it", () => {
  assert.deepEqual(linked("(https://a.example/b_(c))"), ["https://a.example/b_(c)"]);
});

test("an address in quotes or angle brackets ends there", () => {
  assert.deepEqual(linked('<a href="https://a.example/x">y</a>'), ["https://a.example/x"]);
});

test("an address that no browser could open stays text", () => {
  assert.deepEqual(linked("http://[x https://a.example:99999/"), []);
});

test("a very long row of closing brackets takes no time", () => {
  const started = Date.now();
  parts(`https://a.example/${")".repeat(60_000)}`);
  assert.ok(Date.now() - started < 2000);
});
