// The conversation as rows, in the log's order. What a row says is message-row.js, where runs and
// days begin is timeline.js, what is not settled yet is pending-view.js.

import { Bottom } from "./bottom.js";
import { byId } from "./element.js";
import { dayRow, messageRow, noteRow } from "./message-row.js";
import { Newer } from "./newer.js";
import { dayName, dayOf, startsRun } from "./timeline.js";

// A tab may stay open for weeks, and the DOM must not grow for weeks.
const MOST = 2000;

export class LogView {
  #messages = byId("messages");
  #newer = new Newer(byId("newer"), newerWords);
  #bottom = new Bottom(byId("log"), byId("log-content"), () => this.#newer.clear());
  #day = null;

  /** The message in the last row; null when that row is not a message. */
  last = null;

  constructor() {
    byId("newer").addEventListener("click", () => this.toBottom());
  }

  /**
   * @param {Parameters<typeof messageRow>[0]} message
   * @param {boolean} own
   */
  message(message, own) {
    this.#openDay(message.at);
    this.#append(messageRow(message, { starts: startsRun(this.last, message), own }));
    this.last = message;
    byId("teach").hidden = true;
    if (!own && !this.#bottom.pinned) this.#newer.add();
  }

  /** @param {string} words */
  note(words) {
    this.#append(noteRow(words));
    this.last = null;
  }

  toBottom() {
    this.#bottom.go();
  }

  #append(row) {
    this.#messages.append(row);
    if (this.#bottom.pinned && this.#messages.children.length > MOST) {
      this.#messages.firstElementChild.remove();
    }
  }

  #openDay(at) {
    const day = dayOf(at);
    if (day === this.#day) return;
    this.#day = day;
    this.#append(dayRow(day, dayName(day, new Date())));
    this.#renameDays();
  }

  // "Today" is "Yesterday" by now.
  #renameDays() {
    for (const time of this.#messages.querySelectorAll(".day time")) {
      time.textContent = dayName(time.dateTime, new Date());
    }
  }
}

function newerWords(count) {
  return count === 1 ? "1 new message" : `${count} new messages`;
}
