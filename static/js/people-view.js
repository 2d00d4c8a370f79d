// Who is here, as a list at the side, or behind its own count on a phone.

import { byId, element } from "./element.js";
import { hueOf, identicon } from "./identicon.js";

/**
 * @param {import("./client.js").People} people
 * @param {string} me
 */
export function showPeople(people, me) {
  const list = people.list(me);
  const more = Math.max(0, people.count - list.length);
  byId("people-list").replaceChildren(...list.map(personRow));
  byId("people-count").textContent = byId("people-total").textContent = String(people.count);
  byId("people-more").hidden = more === 0;
  byId("people-more").textContent = `and ${more} more`;
}

/** Lets the count open and close the list on a phone, where the wire has to make room for it. */
export function enablePeopleToggle() {
  const toggle = byId("people-toggle");
  const open = (is) => {
    document.body.classList.toggle("people-open", is);
    toggle.setAttribute("aria-expanded", String(is));
  };
  toggle.addEventListener("click", () => {
    if (document.body.dataset.wire === "open") byId("wire-hide").click();
    open(toggle.getAttribute("aria-expanded") !== "true");
    toggle.focus();
  });
  byId("wire-toggle").addEventListener("click", () => open(false));
  addEventListener("keydown", ({ key }) => key === "Escape" && open(false));
}

function personRow({ id, name, you }) {
  return element(
    "li",
    { class: `person ${hueOf(id)}${you ? " own" : ""}`, "data-person": id },
    identicon(id),
    element("span", { class: "name", title: name }, name),
    you && element("span", { class: "you" }, "you"),
  );
}
