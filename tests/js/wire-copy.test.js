import assert from "node:assert/strict";
import { test } from "node:test";
import { call, FORMS } from "../../static/js/wire-copy.js";

const OPENED = { path: "/ws/den", query: "name=Ada&wire=…&as=…&since=0", subprotocol: "sub.v1" };
const TEXT = `it's "so"\n`;

test("the address is that of the connection, without what gives rights", () => {
  assert.equal(call(OPENED, "ws://here").address, "ws://here/ws/den?name=Ada&since=0");
  assert.equal(call(undefined, "ws://here").address, "ws://here/ws");
});

test("every form has the address, and what is said where the client can say it", () => {
  for (const [name, form] of Object.entries(FORMS)) {
    const told = form(call(OPENED, "ws://here", TEXT));
    assert.ok(told.includes("://here/ws/den?name=Ada&since=0"), name);
    assert.ok(told.includes("sub.v1"), name);
    assert.ok(name === "curl" || told.includes("so"), name);
    assert.ok(form(call(undefined, "ws://here")).includes("://here/ws"), name);
  }
});

test("nothing that was said becomes a command", () => {
  const told = FORMS.wscat({ address: "ws://here", text: "'; rm -rf / #" });
  assert.ok(told.endsWith(`-x ''\\''; rm -rf / #'`), told);
});

test("the JavaScript is JavaScript", () => {
  new Function(FORMS.JavaScript(call(OPENED, "ws://here", TEXT)));
});
