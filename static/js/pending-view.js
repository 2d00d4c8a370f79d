// What is on its way stands after everything settled. A row is touched only when it changes, so
// that focus and a reader's place in it stay.

import { byId } from "./element.js";
import { pendingRow } from "./message-row.js";
import { startsRun } from "./timeline.js";

export class PendingView {
  #list = byId("pending");
  #rows = new Map();
  #fates;

  /** @param {(entry: import("./outbox.js").Entry) => object} fates what can be done about an entry */
  constructor(fates) {
    this.#fates = fates;
  }

  /**
   * @param {readonly import("./outbox.js").Entry[]} entries
   * @param {{id: string, name: string}} me
   * @param {{last: object | null, reach: string}} around the row before, and how far the server is in reach
   */
  show(entries, me, { last, reach }) {
    this.#forget(new Set(entries.map(({ key }) => key)));
    for (const entry of entries) this.#draw(entry, me, reach);
    this.#list.append(...this.#misplaced(entries));
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

  #draw(entry, me, reach) {
    const { key, kind, state, why, unkept } = entry;
    const old = this.#rows.get(key);
    const looks = JSON.stringify([kind, state, why, unkept, me, state !== "refused" && reach]);
    if (old?.looks === looks) return;
    const row = pendingRow(entry, me, this.#fates(entry));
    if (old) old.row.replaceWith(row);
    else this.#list.append(row);
    this.#rows.set(key, { row, looks });
  }

  // Another tab may have written something before the last of this one.
  #misplaced(entries) {
    const rows = entries.map(({ key }) => this.#rows.get(key).row);
    const first = rows.findIndex((row, at) => row !== this.#list.children[at]);
    return first < 0 ? [] : rows.slice(first);
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
