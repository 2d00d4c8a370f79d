// Where people write. Nothing that was typed is ever lost by sending: the field is emptied only
// when the text has been taken.

import { byId } from "./element.js";
import { ends, fit } from "./field.js";

export class Composer {
  #field = byId("say");
  #notice = byId("notice");
  #take;
  #editLast;

  /**
   * @param {(text: string) => boolean} take false when the text must stay in the field
   * @param {() => void} [editLast] what the up arrow does in an empty field
   */
  constructor(take, editLast = () => {}) {
    this.#take = take;
    this.#editLast = editLast;
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("input", () => this.#changed());
    byId("composer").addEventListener("submit", (event) => this.#send(event));
    // A wheel or a window that changes the width changes the number of lines.
    addEventListener("resize", () => fit(this.#field));
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

  #key(event) {
    if (ends(event)) this.#send(event);
    if (event.key !== "ArrowUp" || event.isComposing || this.#field.value !== "") return;
    event.preventDefault();
    this.#editLast();
  }

  #send(event) {
    event.preventDefault();
    if (this.#field.value.trim() === "") return;
    this.notice("");
    if (this.#take(this.#field.value)) this.#field.value = "";
    fit(this.#field);
  }

  #changed() {
    if (this.#notice.textContent) this.notice("");
    fit(this.#field);
  }
}
