import assert from "node:assert/strict";
import { test } from "node:test";
import { socketAddress } from "../../static/js/address.js";

test("the address follows the page: its host, its port, its security", () => {
  globalThis.location = { protocol: "https:", host: "chat.example:8443" };
  assert.equal(
    socketAddress("/ws", { name: "Quiet Otter" }),
    "wss://chat.example:8443/ws?name=Quiet+Otter",
  );
  globalThis.location = { protocol: "http:", host: "[::1]:8888" };
  assert.equal(socketAddress("/-/echo/ws"), "ws://[::1]:8888/-/echo/ws");
});
