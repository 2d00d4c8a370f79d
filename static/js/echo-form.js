// The form of what the echo is to do wrong, and the address that asks for it. It is in the address
// of the page as well, so that it can be sent to somebody and is there after a reload.

import { socketAddress } from "./address.js";
import { faultsOf, GROUPS, queryOf } from "./echo-faults.js";
import { byId, element } from "./element.js";

const LATER = 400;

export class EchoForm {
  #form = byId("misbehave");
  #on;
  #timer = 0;

  /**
   * @param {object} on
   * @param {() => void} on.changed called when it was changed and rests, or was filled
   * @param {() => void} on.connect
   */
  constructor(on) {
    this.#on = on;
    byId("faults").append(...GROUPS.map(group));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      on.connect();
    });
    this.#form.addEventListener("input", () => this.#changed(LATER));
    byId("misbehave-reset").addEventListener("click", () => {
      this.fill({});
      on.connect();
    });
  }

  /** What it asks for. @returns {Record<string, string>} */
  get faults() {
    return faultsOf(Object.fromEntries(new FormData(this.#form)));
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
    this.#changed(0);
  }

  /** Says why the server would refuse it; "" when it would not. @param {string} words */
  refuse(words) {
    byId("misbehave-notice").textContent = words;
    for (const field of this.#form.elements) {
      if (field.name)
        field.setAttribute("aria-invalid", String(words.split(/\W/).includes(field.name)));
    }
  }

  #changed(wait) {
    const { faults } = this;
    byId("misbehave-address").textContent = this.address;
    history.replaceState(null, "", location.pathname + queryOf(faults) + location.hash);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#on.changed(), wait);
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
