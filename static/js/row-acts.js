// One's own messages are changed where they stand: a field in place of the words, a question in
// place of the buttons. Escape leaves everything as it was.

import { byId, element } from "./element.js";
import { ends, fit } from "./field.js";

export class RowActs {
  #view;
  #save;
  #remove;
  #row = null;
  #message = null;
  #inPlace = null;

  /**
   * @param {object} given
   * @param {import("./log-view.js").LogView} given.view
   * @param {(id: number, text: string) => boolean} given.save false when the field must stay open
   * @param {(id: number) => void} given.remove
   */
  constructor({ view, save, remove }) {
    this.#view = view;
    this.#save = save;
    this.#remove = remove;
    byId("messages").addEventListener("click", ({ target }) => this.#clicked(target));
  }

  /** Edits one's last message. */
  editLast() {
    const message = this.#view.lastOwn;
    if (message) this.#edit(message);
  }

  #clicked(target) {
    const name = target.closest("[data-act]")?.dataset.act;
    const row = target.closest(".message");
    const message = name && this.#view.find(Number(row.dataset.id));
    for (const other of byId("messages").querySelectorAll(".acting")) {
      if (other !== row) showActs(other, false);
    }
    if (!message) return;
    if (name === "more") showActs(row, !row.classList.contains("acting"));
    else if (name === "edit") this.#edit(message);
    else this.#ask(message);
  }

  #edit(message) {
    const field = element("textarea", {
      rows: "1",
      "aria-label": "Your message",
      enterkeyhint: "done",
    });
    const form = element(
      "form",
      { class: "editor" },
      field,
      choices(
        choice("Save", { type: "submit" }),
        choice("Cancel", {}, () => this.#close()),
        element("span", { class: "keys" }, "Enter saves, Escape cancels"),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#end(message, field.value);
    });
    field.addEventListener("keydown", (event) => {
      if (!ends(event)) return;
      event.preventDefault();
      form.requestSubmit();
    });
    field.addEventListener("input", () => fit(field));
    field.value = this.#view.wordsOf(message);
    this.#open(message, form);
    fit(field);
    field.focus();
  }

  #end(message, text) {
    if (text.trim() === "") this.#ask(message);
    else if (text === this.#view.wordsOf(message) || this.#save(message.id, text)) this.#close();
  }

  #ask(message) {
    const words = element("span", {}, "Delete this message for everybody?");
    const remove = choice("Delete", { class: "plain grave" }, () => {
      this.#close();
      this.#remove(message.id);
    });
    const keep = choice("Keep", {}, () => this.#close());
    this.#open(message, choices(words, remove, keep));
    remove.focus();
  }

  #open(message, inPlace) {
    this.#close();
    this.#message = message;
    this.#inPlace = inPlace;
    this.#row = this.#view.rowOf(message.id);
    this.#view.hold(() => {
      this.#row.classList.add("editing");
      this.#row.classList.toggle("asking", !inPlace.matches("form"));
      this.#row.append(inPlace);
    });
    this.#row.addEventListener("keydown", (event) => event.key === "Escape" && this.#close());
    this.#row.scrollIntoView({ block: "nearest" });
  }

  #close() {
    if (!this.#row) return;
    const focused = this.#row.contains(document.activeElement);
    this.#inPlace.remove();
    this.#row.classList.remove("editing", "asking");
    this.#view.replace(this.#view.find(this.#message.id) ?? this.#message);
    this.#row = null;
    if (focused) byId("say").focus();
  }
}

function showActs(row, shown) {
  row.classList.toggle("acting", shown);
  row.querySelector("[data-act=more]")?.setAttribute("aria-expanded", String(shown));
}

function choices(...nodes) {
  return element("div", { class: "fate" }, ...nodes);
}

function choice(words, attributes, act = () => {}) {
  const button = element("button", { type: "button", class: "plain", ...attributes }, words);
  button.addEventListener("click", act);
  return button;
}
