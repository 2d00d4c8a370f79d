import assert from "node:assert/strict";
import { test } from "node:test";
import { CASES } from "../../static/js/echo-cases.js";
import { NAMES } from "../../static/js/echo-faults.js";

test("each case asks for what there is, and says in whole sentences what a good client does", () => {
  for (const { name, faults, good } of CASES) {
    assert.ok(Object.keys(faults).length, name);
    for (const fault of Object.keys(faults)) assert.ok(NAMES.includes(fault), `${name}: ${fault}`);
    assert.match(good, /^[A-Z].*[.]$/, name);
  }
});

test("the long reason is as long as a reason may be", () => {
  const reasons = CASES.map(({ faults }) => Buffer.byteLength(faults.reason ?? ""));
  assert.equal(Math.max(...reasons), 123);
});

test("the message that is too big is just that", () => {
  const { faults, say } = CASES.find(({ faults }) => faults.max);
  assert.equal(Buffer.byteLength(say[0]), Number(faults.max) + 1);
});
