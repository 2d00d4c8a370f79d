// What becomes of something that was written stands right below it, with all that its author can do
// about it.

import { element, icon } from "./element.js";

// By how far the server is in reach. Changes do not go by HTTP.
const WAITING = {
  say: { none: "Waits for the connection", http: "Sending", socket: "Sending" },
  edit: {
    none: "The change waits for the connection",
    http: "The change waits for a WebSocket, and none gets through just now",
    socket: "Saving the change",
  },
  delete: {
    none: "To be deleted as soon as there is a connection",
    http: "To be deleted as soon as a WebSocket gets through",
    socket: "Deleting",
  },
};
const CHOICES = {
  refused: ({ text }, { reuse, dismiss }) => [
    text && ["Copy to composer", "edit", reuse],
    ["Dismiss", "hide", dismiss],
  ],
  asks: (_, { agree, dismiss }) => [
    ["Send", "sent", agree],
    ["Discard", "hide", dismiss],
  ],
};

/**
 * @param {import("./outbox.js").Entry} entry
 * @param {{reach: "none" | "http" | "socket", reuse: () => void, dismiss: () => void, agree: () => void}} acts
 */
export function fateLine(entry, acts) {
  const { kind, state, why } = entry;
  if (state in CHOICES) return question(entry, CHOICES[state](entry, acts));
  const waiting = WAITING[kind][acts.reach];
  return element("p", { class: "fate" }, kept(entry, state === "later" ? why : waiting));
}

function question(entry, choices) {
  const { state, why } = entry;
  return element(
    "p",
    { class: `fate ${state}` },
    element("span", { role: state === "refused" && "alert" }, kept(entry, why)),
    ...choices.filter(Boolean).map((choice) => button(...choice)),
  );
}

// Where the browser would not keep it, closing the tab would lose it.
function kept({ unkept, state }, words) {
  if (!unkept) return words;
  const until = state === "refused" ? "" : ", until it is sent";
  return `${words.replace(/\.?$/, ".")} Kept in this tab only${until}.`;
}

function button(words, sign, act) {
  const node = element("button", { type: "button", class: "plain" }, icon(sign), words);
  node.addEventListener("click", act);
  return node;
}
