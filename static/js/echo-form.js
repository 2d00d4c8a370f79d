// The form of what the echo is to do wrong, and the address that asks for it. It is in the address
// of the page as well, so that it can be sent to somebody and is there after a reload.

import { socketAddress } from "./address.js";
import { faultsOf, GROUPS, queryOf } from "./echo-faults.js";
import { refusalOf } from "./echo-refusal.js";
import { byId, element } from "./element.js";

const LATER = 400;
const NOTHING = { words: "", final: false };

export class EchoForm {
  #form = byId("misbehave");
  #timer = 0;
  #asking = new AbortController();

  /** @param {() => void} connect connects this page to the address */
  constructor(connect) {
    byId("faults").append(...GROUPS.map(group));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      connect();
    });
    this.#form.addEventListener("input", () => {
      this.#show();
      this.#timer = setTimeout(() => this.#check(), LATER);
    });
    byId("misbehave-reset").addEventListener("click", () => {
      this.fill({});
      connect();
    });
  }

  /** What it asks for. @returns {Record<string, string>} */
  get faults() {
    return faultsOf(Object.fromEntries(new FormData(this.#form)));
  }

  /** Whether it asks for anything. */
  get asks() {
    return Object.keys(this.faults).length > 0;
  }

  /** The address that asks for it. */
  get address() {
    return socketAddress(document.body.dataset.socket, this.faults);
  }

  /** @param {Record<string, string>} faults */
  fill(faults) {
    for (const field of this.#form.elements) {
      if (field.type === "checkbox") field.checked = faults[field.name] === field.value;
      else if (field.name) field.value = faults[field.name] ?? "";
    }
    this.#show();
    this.refuse("");
  }

  /** Says why the server refuses this address; "" when it does not. @param {string} words */
  refuse(words) {
    const named = new Set(Array.from(words.matchAll(/`(\w+)`/g), ([, name]) => name));
    byId("misbehave-notice").textContent = words;
    for (const field of this.#form.elements) {
      if (field.name) field.setAttribute("aria-invalid", String(named.has(field.name)));
    }
  }

  // Only the server knows all that it refuses, and says it best.
  async #check() {
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const { words, final } = this.asks ? await refusalOf(this.address, signal) : NOTHING;
    if (!signal.aborted) this.refuse(final ? words : "");
  }

  // What is known of an address is not known of another.
  #show() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    byId("misbehave-address").textContent = this.address;
    history.replaceState(null, "", location.pathname + queryOf(this.faults) + location.hash);
  }
}

function group({ heading, faults }) {
  return element(
    "fieldset",
    { class: "faults-group" },
    element("legend", {}, heading),
    ...faults.map(field),
  );
}

function field(fault) {
  const id = `fault-${fault.name}`;
  return element(
    "div",
    { class: "fault" },
    element("label", { for: id }, fault.label),
    element("span", { class: "fault-value" }, input(fault, id), fault.unit),
    element("p", { id: `${id}-says` }, fault.says),
  );
}

function input({ name, kind = "number", choices = [] }, id) {
  const attributes = { id, name, "aria-describedby": `${id}-says`, autocomplete: "off" };
  if (kind === "choice") {
    const options = choices.map(([value, words]) => element("option", { value }, words));
    return element("select", attributes, ...options);
  }
  if (kind === "flag") return element("input", { ...attributes, type: "checkbox", value: "1" });
  // No field of type number: it would keep from the server what it does not take for one.
  return element("input", {
    ...attributes,
    type: "text",
    inputmode: kind === "number" && "decimal",
  });
}
