// A list of which only what is on screen is there: rows of one height, drawn anew with each
// picture that the browser paints, however many came in between.

import { Bottom } from "./bottom.js";
import { wireRow } from "./wire-row.js";

const SPARE = 4;
const KEYS = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at, page) => at + page,
  PageUp: (at, page) => at - page,
  Home: () => 0,
  End: () => Number.POSITIVE_INFINITY,
};

export class WireList {
  #scroller;
  #list;
  #bottom;
  #on;
  #rows = new Map();
  #asked = false;

  /** @type {import("./wire-log.js").Entry[]} */
  entries = [];
  /** @type {number | null} the `n` of the one that is chosen */
  chosen = null;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} list
   * @param {{draw: () => void, row: (row: HTMLElement, entry: import("./wire-log.js").Entry) => void, choose: (entry: import("./wire-log.js").Entry | undefined) => void,
   *   open: () => void, close: () => void}} on
   *   `draw`: called before each drawing; `row`: for each row in it, which may be known more of
   */
  constructor(scroller, list, on) {
    this.#scroller = scroller;
    this.#list = list;
    this.#on = on;
    this.#bottom = new Bottom(scroller, list);
    scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(scroller);
    list.addEventListener("click", (event) => this.#clicked(event));
    list.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** Draws, soon. */
  draw() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => this.#draw());
  }

  /** So many of the oldest are gone; who reads sees the others stay where they are. */
  forgot(count) {
    if (count && !this.#bottom.pinned) this.#scroller.scrollTop -= count * this.#height;
  }

  /** There is another list now, of which no row is drawn yet. */
  renew() {
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
    this.toBottom();
    this.draw();
  }

  toBottom() {
    this.#bottom.go();
  }

  /** @param {number | null} n */
  choose(n) {
    this.chosen = n;
    this.#on.choose(this.entries.find((entry) => entry.n === n));
    this.draw();
  }

  #draw() {
    this.#asked = false;
    this.#on.draw();
    this.#list.style.height = this.entries.length ? `${this.entries.length * this.#height}px` : "";
    if (this.#bottom.pinned) this.#bottom.go();
    const { scrollTop, clientHeight } = this.#scroller;
    const top = Math.max(0, scrollTop - this.#list.offsetTop);
    const from = Math.max(0, Math.floor(top / this.#height) - SPARE);
    const to = Math.ceil((top + clientHeight) / this.#height) + SPARE;
    this.#list.style.paddingTop = `${from * this.#height}px`;
    this.#fill(this.entries.slice(from, to), from);
  }

  #fill(entries, from) {
    const before = this.#rows;
    this.#rows = new Map(entries.map((entry) => [entry.n, before.get(entry.n) ?? wireRow(entry)]));
    for (const [n, row] of before) if (!this.#rows.has(n)) row.remove();
    for (const entry of entries) this.#on.row(this.#rows.get(entry.n), entry);
    let at = this.#list.firstChild;
    let position = from;
    for (const [n, row] of this.#rows) {
      if (row === at) at = at.nextSibling;
      else this.#list.insertBefore(row, at);
      row.ariaSelected = String(n === this.chosen);
      row.ariaPosInSet = String(++position);
      row.ariaSetSize = String(this.entries.length);
    }
    if (this.#rows.has(this.chosen))
      this.#list.setAttribute("aria-activedescendant", `frame-${this.chosen}`);
    else this.#list.removeAttribute("aria-activedescendant");
  }

  get #height() {
    return Number.parseFloat(getComputedStyle(this.#list).getPropertyValue("--row")) || 44;
  }

  #clicked({ target }) {
    const row = target.closest(".frame");
    if (!row || !getSelection().isCollapsed) return;
    const n = Number(row.id.slice("frame-".length));
    if (n === this.chosen) this.#on.close();
    else {
      this.choose(n);
      this.#on.open();
    }
  }

  #pressed(event) {
    if (event.key === "Enter" || event.key === " ") this.#on.open();
    else if (event.key === "Escape") this.#on.close();
    else if (KEYS[event.key]) this.#move(KEYS[event.key]);
    else return;
    event.preventDefault();
  }

  #move(go) {
    if (!this.entries.length) return;
    const now = this.entries.findIndex(({ n }) => n === this.chosen);
    const page = Math.floor(this.#scroller.clientHeight / this.#height);
    const wanted = go(now < 0 ? this.entries.length : now, page);
    const at = Math.min(this.entries.length - 1, Math.max(0, wanted));
    this.#reveal(at);
    this.choose(this.entries[at].n);
  }

  #reveal(at) {
    const { scrollTop, clientHeight } = this.#scroller;
    const top = this.#list.offsetTop + at * this.#height;
    if (top < scrollTop) this.#scroller.scrollTop = top;
    else if (top + this.#height > scrollTop + clientHeight) {
      this.#scroller.scrollTop = top + this.#height - clientHeight;
    }
  }
}
