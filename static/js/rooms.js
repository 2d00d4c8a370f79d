// The rooms that are alive, and a way to any other: going there makes it.

import { byId, element } from "./element.js";
import { numbers } from "./numbers.js";

const EVERY = 15_000;
const LOBBY = "lobby";

export class Rooms {
  #here;
  #reachable;

  /**
   * @param {string} here the room of this page
   * @param {() => boolean} reachable whether there is a server to ask
   */
  constructor(here, reachable) {
    this.#here = here;
    this.#reachable = reachable;
    byId("go").addEventListener("submit", (event) => goTo(event));
    document.addEventListener("visibilitychange", () => this.refresh());
    setInterval(() => this.refresh(), EVERY);
  }

  /** Asks the server anew; what it does not answer stays as it was. */
  async refresh() {
    if (document.visibilityState !== "visible" || !this.#reachable()) return;
    try {
      const answer = await fetch("/-/rooms", { headers: { Accept: "application/json" } });
      if (answer.ok) this.#show((await answer.json()).rooms);
    } catch {
      // The state line tells that the server is gone.
    }
  }

  /** How many people are in this room, which its own socket tells sooner. @param {number} count */
  here(count) {
    const number = byId("rooms-list").querySelector('[aria-current="page"] .number');
    if (number) number.firstChild.data = numbers(count);
  }

  #show(rooms) {
    const focused = document.activeElement?.closest("#rooms-list a")?.getAttribute("href");
    byId("rooms-list").replaceChildren(...rooms.map((room) => roomRow(room, this.#here)));
    if (focused)
      byId("rooms-list")
        .querySelector(`a[href="${CSS.escape(focused)}"]`)
        ?.focus();
  }
}

/**
 * Where a room is.
 * @param {string} name
 */
export function addressOf(name) {
  return name === LOBBY ? "/" : `/r/${encodeURIComponent(name)}`;
}

function goTo(event) {
  event.preventDefault();
  const name = byId("go-name").value.trim();
  if (name) location.assign(addressOf(name));
}

function roomRow({ name, url, count }, here) {
  return element(
    "li",
    {},
    element(
      "a",
      { class: "room", href: url, "aria-current": name === here && "page" },
      element("span", { class: "room-name" }, name),
      element(
        "span",
        { class: "number" },
        numbers(count),
        element("span", { class: "unseen" }, " here"),
      ),
    ),
  );
}
