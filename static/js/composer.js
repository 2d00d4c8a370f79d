// Where people write. Nothing that was typed is ever lost by sending: the field is emptied only
// when the text has been taken, and until then it is kept as a draft.

import { byId } from "./element.js";
import { ends, fit } from "./field.js";

export class Composer {
  #field = byId("say");
  #notice = byId("notice");
  #take;
  #editLast;
  #draft;

  /**
   * @param {(text: string) => boolean} take false when the text must stay in the field
   * @param {object} [more]
   * @param {() => void} [more.editLast] what the up arrow does in an empty field
   * @param {import("./draft.js").Draft} [more.draft] where what is half written is kept
   */
  constructor(take, { editLast = () => {}, draft } = {}) {
    this.#take = take;
    this.#editLast = editLast;
    this.#draft = draft;
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("input", () => this.#changed());
    byId("composer").addEventListener("submit", (event) => this.#send(event));
    // A wheel or a window that changes the width changes the number of lines.
    addEventListener("resize", () => fit(this.#field));
    if (draft?.text) this.#resume(draft.text);
  }

  /** Says in words why something was not taken. @param {string} words */
  notice(words) {
    this.#notice.textContent = words;
  }

  /** Puts a text back where it can be changed, after what is there. @param {string} text */
  restore(text) {
    this.#put(this.#field.value, text);
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
    if (this.#take(this.#field.value)) this.#put();
    fit(this.#field);
  }

  // The browser may have kept the field by itself, or somebody was quick to write on.
  #resume(draft) {
    if (this.#field.value !== draft) this.#put(draft, this.#field.value);
  }

  #put(...texts) {
    this.#field.value = texts.filter(Boolean).join("\n");
    this.#changed();
  }

  #changed() {
    if (this.#notice.textContent) this.notice("");
    this.#draft?.keep(this.#field.value);
    fit(this.#field);
  }
}
