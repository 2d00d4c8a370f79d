// Who reads the newest keeps reading the newest; who scrolled up is not moved.

const NEAR = 32;

export class Bottom {
  #scroller;
  #last = 0;
  #reached;

  /** Whether the view follows the newest. */
  pinned = true;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} content what grows in it
   * @param {() => void} [reached] called when the reader comes back to the bottom
   */
  constructor(scroller, content, reached = () => {}) {
    this.#scroller = scroller;
    this.#reached = reached;
    scroller.classList.add("live");
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const grown = new ResizeObserver(() => this.pinned && this.go());
    grown.observe(scroller);
    grown.observe(content);
  }

  /** Goes to the bottom and stays there. */
  go() {
    this.#pin(true);
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#last = this.#scroller.scrollTop;
  }

  /**
   * Changes what is above a reader, who sees it stay where it was. The browser's own anchoring is
   * switched off in the style sheet: not all have it, and two would correct each other.
   * @param {Element | undefined} anchor something that is there before and after
   * @param {() => void} change
   */
  hold(anchor, change) {
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (this.pinned) this.go();
    else if (anchor?.isConnected) {
      this.#scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    }
  }

  // Growth alone never unpins: only a way up that a reader took.
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    this.#pin(near || (this.pinned && scrollTop >= this.#last));
    this.#last = scrollTop;
  }

  #pin(pinned) {
    const arrived = pinned && !this.pinned;
    this.pinned = pinned;
    if (arrived) this.#reached();
  }
}
