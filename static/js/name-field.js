// One's name is changed where it stands: click, type, Enter. Escape leaves it as it was.

import { byId } from "./element.js";
import { tidy } from "./names.js";

export class NameField {
  #button = byId("rename");
  #field = byId("name");
  #chosen;
  #longest = 40;

  /**
   * @param {string} name
   * @param {(name: string) => void} chosen called with a name that is new
   */
  constructor(name, chosen) {
    this.#chosen = chosen;
    this.show(name);
    this.#button.addEventListener("click", () => this.#open());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("blur", () => this.#close(true));
  }

  /** @param {string} name */
  show(name) {
    this.name = name;
    byId("my-name").textContent = name;
  }

  /** @param {number} longest in characters, as the server told */
  limit(longest) {
    this.#longest = longest;
    this.#field.maxLength = longest;
  }

  #open() {
    this.#field.value = this.name;
    this.#toggle(true);
    this.#field.select();
  }

  #key(event) {
    if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    this.#close(event.key === "Enter");
    this.#button.focus();
  }

  #close(save) {
    if (this.#field.hidden) return;
    const name = tidy(this.#field.value, this.#longest);
    this.#toggle(false);
    if (save && name && name !== this.name) this.#chosen(name);
  }

  #toggle(open) {
    this.#field.hidden = !open;
    this.#button.hidden = open;
    if (open) this.#field.focus();
  }
}
