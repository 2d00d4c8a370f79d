// Over plain http on a LAN there is no clipboard API; a selection can still be copied.

import { byId, icon } from "./element.js";

const SHOWN = 1600;

/** Makes every button with data-copy copy the text of the element that it names. */
export function enableCopying() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => copied(button, byId(button.dataset.copy)));
  }
}

async function copied(button, source) {
  const done = (await throughClipboard(source.textContent)) || throughSelection(source);
  if (!done) return;
  answer(button, "done", "Copied");
  setTimeout(() => answer(button, "copy", "Copy"), SHOWN);
}

async function throughClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// The selection stays, so that a person can still press the keys where this is refused too.
function throughSelection(source) {
  getSelection().selectAllChildren(source);
  return document.execCommand("copy");
}

function answer(button, name, words) {
  button.querySelector("svg").replaceWith(icon(name));
  button.querySelector("span").textContent = words;
}
