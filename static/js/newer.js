// News below the fold is announced by a button, never by moving the reader.

/** Counts what came while the reader was further up, on a button that leads there. */
export class Newer {
  #button;
  #words;
  #count = 0;

  /**
   * @param {HTMLButtonElement} button
   * @param {(count: number) => string} words
   */
  constructor(button, words) {
    this.#button = button;
    this.#words = words;
  }

  add() {
    this.#show(this.#count + 1);
  }

  clear() {
    this.#show(0);
  }

  #show(count) {
    this.#count = count;
    this.#button.hidden = count === 0;
    this.#button.textContent = this.#words(count);
  }
}
