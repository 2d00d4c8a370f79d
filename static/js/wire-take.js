// What is listed, taken away: as a file, or as a line that connects in the same way.

import { byId, element } from "./element.js";
import { call, FORMS } from "./wire-copy.js";
import { har, ndjson } from "./wire-save.js";

// Of these files: the hash that their address has.
const VERSION = new URL(import.meta.url).pathname.split("/").at(-3);

export class Take {
  #seen;

  /** @param {() => {entries: import("./wire-log.js").Entry[], chosen?: import("./wire-log.js").Entry}} seen */
  constructor(seen) {
    this.#seen = seen;
    byId("wire-form").append(...Object.keys(FORMS).map((form) => element("option", {}, form)));
    byId("wire-form").addEventListener("change", () => this.show());
    byId("wire-ndjson").addEventListener("click", () => {
      save("wire.ndjson", "application/x-ndjson", ndjson(this.#seen().entries));
    });
    byId("wire-har").addEventListener("click", () => {
      const taken = har(this.#seen().entries, origin(), VERSION);
      save("wire.har", "application/json", JSON.stringify(taken, null, 1));
    });
  }

  /** Shows how to connect as the chosen one did, or the first that is listed. */
  show() {
    const { entries, chosen } = this.#seen();
    const { connection } = chosen?.event ?? entries[0]?.event ?? {};
    const opened = entries.find(
      ({ event }) => event.type === "open" && event.connection === connection,
    );
    const said =
      chosen?.event.from === "client" && !chosen.event.cut ? chosen.event.text : undefined;
    byId("wire-copy").textContent = FORMS[byId("wire-form").value](
      call(opened?.event ?? { path: document.body.dataset.socket }, origin(), said),
    );
  }
}

function origin() {
  return location.origin.replace(/^http/, "ws");
}

function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
