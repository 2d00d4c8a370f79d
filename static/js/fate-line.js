// What becomes of something that was written stands right below it, with all that its author can do
// about it.

import { element, icon } from "./element.js";

const WAITING = {
  say: ["Sending", "Waits for the connection"],
  edit: ["Saving the change", "The change waits for the connection"],
  delete: ["Deleting", "To be deleted as soon as there is a connection"],
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
 * @param {{connected: boolean, reuse: () => void, dismiss: () => void, agree: () => void}} acts
 */
export function fateLine(entry, acts) {
  const { kind, state, why } = entry;
  if (state in CHOICES) return question(entry, CHOICES[state](entry, acts));
  const waiting = WAITING[kind][acts.connected ? 0 : 1];
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
