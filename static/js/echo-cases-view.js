// The list of what breaks clients: an address each to copy, and what a good client does.

import { socketAddress } from "./address.js";
import { CASES } from "./echo-cases.js";
import { byId, element, icon } from "./element.js";

/** @param {(one: import("./echo-cases.js").Case) => void} attempt what "Try it here" does */
export function showCases(attempt) {
  byId("cases").append(...CASES.map((one, at) => row(one, `case-${at + 1}`, attempt)));
}

function row(one, id, attempt) {
  const act = element("button", { type: "button", class: "plain" }, "Try it here");
  act.setAttribute("aria-describedby", `${id}-name`);
  act.addEventListener("click", () => attempt(one));
  return element(
    "li",
    { class: "case" },
    element("h3", { id: `${id}-name` }, one.name),
    act,
    element("p", {}, one.good),
    element("code", { id }, socketAddress(document.body.dataset.socket, one.faults)),
    copyButton(id, one.name),
  );
}

function copyButton(id, name) {
  return element(
    "button",
    { type: "button", class: "plain", "data-copy": id, "aria-label": `Copy the address: ${name}` },
    icon("copy"),
    element("span", {}, "Copy"),
  );
}
