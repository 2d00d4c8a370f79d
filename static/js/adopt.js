// The page comes with the last messages in it, readable without a script. They are taken up from
// there and drawn again by the code that draws all others, so that nobody can tell them apart.

import { byId } from "./element.js";

/**
 * The messages that the page came with; their rows are taken away.
 * @returns {import("./conversation.js").Message[]}
 */
export function adopted() {
  const rows = [...byId("messages").querySelectorAll(".message")];
  const messages = rows.map(messageOf);
  byId("messages").replaceChildren();
  return messages;
}

function messageOf(row) {
  const { id, person, key, bytes } = row.dataset;
  const deleted = row.classList.contains("deleted");
  return {
    id: Number(id),
    at: row.querySelector("time").dateTime,
    from: { id: person, name: row.querySelector(".name").textContent },
    key,
    text: deleted || bytes !== undefined ? undefined : row.querySelector(".text").textContent,
    data: bytes,
    edited: row.classList.contains("edited"),
    deleted,
  };
}
