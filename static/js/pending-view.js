// What is on its way stands after everything settled. A row is touched only when it changes, so
// that focus and a reader's place in it stay.

import { byId } from "./element.js";
import { pendingRow } from "./message-row.js";
import { startsRun } from "./timeline.js";

export class PendingView {
  #list = byId("pending");
  #rows = new Map();
  #acts;

  /** @param {{reuse: (entry: object) => void, dismiss: (entry: object) => void}} acts */
  constructor(acts) {
    this.#acts = acts;
  }

  /**
   * @param {readonly import("./outbox.js").Entry[]} entries
   * @param {{id: string, name: string}} me
   * @param {{last: object | null, connected: boolean}} around the row before, and the connection
   */
  show(entries, me, { last, connected }) {
    this.#forget(new Set(entries.map(({ key }) => key)));
    for (const entry of entries) this.#draw(entry, me, connected);
    this.#group(entries, me, last);
    this.#list.hidden = entries.length === 0;
    if (entries.length) byId("teach").hidden = true;
  }

  #forget(keys) {
    for (const [key, { row }] of this.#rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.#rows.delete(key);
    }
  }

  #draw(entry, me, connected) {
    const old = this.#rows.get(entry.key);
    const looks = JSON.stringify([
      entry.state,
      entry.why,
      me,
      entry.state !== "refused" && connected,
    ]);
    if (old?.looks === looks) return;
    const row = pendingRow(entry, me, { connected, ...this.#actsOn(entry) });
    if (old) old.row.replaceWith(row);
    else this.#list.append(row);
    this.#rows.set(entry.key, { row, looks });
  }

  #actsOn(entry) {
    return { reuse: () => this.#acts.reuse(entry), dismiss: () => this.#acts.dismiss(entry) };
  }

  #group(entries, me, last) {
    let before = last;
    for (const { key, at } of entries) {
      const next = { at, from: me };
      this.#rows.get(key).row.classList.toggle("starts", startsRun(before, next));
      before = next;
    }
  }
}
