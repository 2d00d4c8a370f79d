import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptLines, answerLines, requestLines } from "../../static/js/handshake-lines.js";

const OPENED = {
  path: "/-/echo/ws",
  query: "wire=…",
  headers: [
    ["Upgrade", "websocket"],
    ["Cookie", null],
    ["Sec-Websocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["Accept-Language", "en"],
  ],
  answer: [["Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]],
};

test("the request is a request, line by line, to its empty end", () => {
  const lines = requestLines(OPENED).map(({ line }) => line);
  assert.equal(lines[0], "GET /-/echo/ws?wire=… HTTP/1.1");
  assert.equal(lines[1], "Upgrade: websocket");
  assert.equal(lines.at(-1), "");
});

test("what nobody is shown is said to be hidden, and what is HTTP alone is told apart", () => {
  const [, upgrade, cookie, , language] = requestLines(OPENED);
  assert.equal(cookie.line, "Cookie: not shown");
  assert.ok(cookie.hidden);
  assert.ok(language.plain);
  assert.ok(!upgrade.plain);
});

test("the accept value comes of the key in steps, and is what was answered", () => {
  const steps = acceptLines(OPENED.headers);
  assert.equal(steps[0].line, "dGhlIHNhbXBsZSBub25jZQ==");
  assert.match(steps[2].line, /^b3 7a 4f 2c/);
  assert.ok(answerLines(OPENED)[1].line.endsWith(` ${steps[3].line}`));
});
