// Where people write. Nothing that was typed is ever lost by sending: the field is emptied only
// when the text has been taken.

import { byId } from "./element.js";

export class Composer {
  #field = byId("say");
  #notice = byId("notice");

  /** @param {(text: string) => boolean} take false when the text must stay in the field */
  constructor(take) {
    this.#field.addEventListener("keydown", (event) => sends(event) && this.#send(event, take));
    this.#field.addEventListener("input", () => this.#changed());
    byId("composer").addEventListener("submit", (event) => this.#send(event, take));
    // A wheel or a window that changes the width changes the number of lines.
    addEventListener("resize", () => this.#fit());
  }

  /** Says in words why something was not taken. @param {string} words */
  notice(words) {
    this.#notice.textContent = words;
  }

  /** Puts a text back where it can be changed, after what is there. @param {string} text */
  restore(text) {
    this.#field.value = [this.#field.value, text].filter(Boolean).join("\n");
    this.#changed();
    this.#field.focus();
  }

  /** Ready to write, unless that would raise a keyboard over the page. */
  focus() {
    if (matchMedia("(pointer: fine)").matches) this.#field.focus();
  }

  #send(event, take) {
    event.preventDefault();
    if (this.#field.value.trim() === "") return;
    this.notice("");
    if (take(this.#field.value)) this.#field.value = "";
    this.#fit();
  }

  #changed() {
    if (this.#notice.textContent) this.notice("");
    this.#fit();
  }

  #fit() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }
}

// Enter while an input method composes chooses a word; Safari tells it only by keyCode 229.
function sends({ key, shiftKey, isComposing, keyCode }) {
  return key === "Enter" && !shiftKey && !isComposing && keyCode !== 229;
}
