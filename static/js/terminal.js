// How this room is reached from a terminal, as lines to copy.

import { byId } from "./element.js";

/**
 * @param {string} socket the address of the room's WebSocket
 * @param {string} room the address of the room
 * @returns {Record<"join" | "read" | "follow" | "post", string>} by what they do
 */
export function terminalLines(socket, room) {
  return {
    read: `curl ${quoted(room)}`,
    follow: `curl -N ${quoted(`${room}?follow`)}`,
    post: `curl -d hello ${quoted(`${room}?name=me`)}`,
    join: `npx wscat -c ${quoted(`${socket}?names`)}`,
  };
}

/** @param {string} socket */
export function showTerminalLines(socket) {
  const lines = terminalLines(socket, location.origin + location.pathname);
  for (const [act, line] of Object.entries(lines)) byId(`terminal-${act}`).textContent = line;
  byId("teach-terminal").textContent = lines.join;
}

// A name may hold a quote that browsers leave as it is, and nobody's shell must take it for one.
function quoted(address) {
  return `'${address.replaceAll("'", "%27")}'`;
}
