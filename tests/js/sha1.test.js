import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { acceptance, sha1 } from "../../static/js/sha1.js";

test("a digest is what another implementation makes of the same bytes, at every length", () => {
  for (let size = 0; size < 200; size++) {
    const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 37 + size) % 256);
    const expected = createHash("sha1").update(bytes).digest();
    assert.deepEqual(Buffer.from(sha1(bytes)), expected);
  }
});

test("the key of RFC 6455 section 1.3 is accepted as it says there", () => {
  const { accept, digest } = acceptance("dGhlIHNhbXBsZSBub25jZQ==");
  assert.equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  assert.equal(digest[0], 0xb3);
});
