// What is written here goes through the outbox, and stands on the screen until the server has it:
// words at the end of the conversation, a change at the message that it changes.

import { bytes, frame, token } from "./client.js";
import { abandoned, Drawer } from "./drawer.js";
import { Lease } from "./lease.js";
import { numbers } from "./numbers.js";
import { Outbox } from "./outbox.js";
import { oversize } from "./oversize.js";
import { PendingView } from "./pending-view.js";
import { storage } from "./storage.js";

const EXCERPT = 40;

export class Writing {
  #given;
  #outbox;
  #pending = new PendingView((entry) => this.fates(entry));

  /**
   * @param {object} given
   * @param {import("./client.js").Room} given.room
   * @param {string} given.place the room's name
   * @param {string} given.tab
   * @param {import("./whoami.js").Whoami} given.me
   * @param {import("./log-view.js").LogView} given.view
   * @param {import("./composer.js").Composer} given.composer
   */
  constructor(given) {
    this.#given = given;
    this.#outbox = this.#open();
    addEventListener("storage", () => this.#outbox.sync());
  }

  /** @param {string} text @returns {boolean} whether it was taken */
  say(text) {
    const taken = this.#write({ kind: "say", text });
    if (taken) this.#given.view.toBottom();
    return taken;
  }

  /** @param {number} id @param {string} text @returns {boolean} whether it was taken */
  edit(id, text) {
    return this.#write({ kind: "edit", id, epoch: this.#given.room.epoch, text });
  }

  /** @param {number} id */
  delete(id) {
    this.#write({ kind: "delete", id, epoch: this.#given.room.epoch });
  }

  /**
   * The server said welcome.
   * @param {import("./client.js").Welcome} welcome
   */
  welcomed({ epoch, limits }) {
    this.#outbox.open({ me: this.#given.me.id, epoch, keyDays: limits.key_days });
  }

  /** The connection is gone. @param {boolean} tooBig whether what was in flight was the cause */
  lost(tooBig) {
    if (tooBig) this.#outbox.refuseInFlight("This was too big for the server.");
    this.#outbox.close();
  }

  /** A message is in the log. @param {import("./client.js").Message} message */
  arrived({ from, key }) {
    if (key && from.id === this.#given.me.id) this.#outbox.settle(key);
  }

  /**
   * The copy came before its ack, so an entry that is still here was sent again after its copy had
   * gone by. It has its number, whether or not that is on the screen.
   * @param {{key: string, id: number}} ack
   * @param {boolean} shown whether that number is on the screen
   */
  acknowledged({ key, id }, shown) {
    const entry = this.#outbox.settle(key);
    if (!entry || shown) return;
    const words = excerpt(entry.text);
    this.#given.view.note(`Number ${numbers(id)} is yours: “${words}” had been stored before`);
  }

  /**
   * @param {import("./client.js").Failure} error
   * @returns {boolean} whether it was about something written
   */
  refused({ key, message, retry_after }) {
    if (!key || !this.#outbox.find(key)) return false;
    if (retry_after === undefined) this.#outbox.refuse(key, message);
    else this.#outbox.postpone(key, retry_after, message);
    return true;
  }

  /**
   * Somebody else writes from here on.
   * @param {() => void} change what makes them somebody else
   * @param {boolean} inherit whether they are asked about what was not sent yet
   */
  handOver(change, inherit) {
    this.#outbox.close();
    const unsent = this.#outbox.entries.filter(({ unkept }) => inherit || unkept);
    change();
    this.#outbox = this.#open();
    for (const entry of unsent) this.#outbox.inherit(entry);
  }

  /**
   * What tabs that were somebody else left unsent when they were closed: their author is asked.
   * @param {Set<string>} alive the identities that tabs hold now
   */
  takeOver(alive) {
    const { place, me } = this.#given;
    if (me.alone) return;
    for (const entry of abandoned(place, storage("localStorage"), alive)) {
      this.#outbox.inherit(entry);
    }
  }

  draw() {
    const { me, view, room } = this.#given;
    const changes = this.#outbox.entries.filter(
      (entry) => entry.kind !== "say" && entry.epoch === room.epoch,
    );
    const inPlace = view.changing(changes, this.#reach);
    const rest = this.#outbox.entries.filter(({ key }) => !inPlace.has(key));
    this.#pending.show(rest, { id: me.id, name: me.name }, { last: view.last, reach: this.#reach });
  }

  /** What can be done about an entry. @param {import("./outbox.js").Entry} entry */
  fates(entry) {
    const dismiss = () => this.#outbox.drop(entry.key);
    const reuse = () => {
      this.#given.composer.restore(entry.text);
      dismiss();
    };
    const agree = () => this.#outbox.agree(entry.key, this.#given.me.id);
    return { reach: this.#reach, dismiss, reuse, agree };
  }

  /** How far the server is in reach. @returns {"none" | "http" | "socket"} */
  get #reach() {
    const { room } = this.#given;
    if (!room.connected) return "none";
    return room.carries("edit") ? "socket" : "http";
  }

  // What a tab alone writes, that tab alone sends; it is kept where it outlives the tab.
  #open() {
    const { room, place, tab, me } = this.#given;
    const where = storage("localStorage");
    return new Outbox({
      drawer: new Drawer(place, where, me.alone ? me.id : ""),
      lease: new Lease(place, me.alone ? null : where, tab),
      send: (entry) => room.send(command(entry)),
      carries: (kind) => room.carries(kind),
      changed: () => this.draw(),
    });
  }

  #write(written) {
    const entry = { key: token(12), by: this.#given.me.id, ...written };
    const refusal = oversize(bytes(frame(command(entry))), this.#given.room.limit);
    this.#given.composer.notice(refusal ?? "");
    if (refusal) return false;
    this.#outbox.add(entry);
    return true;
  }
}

/** @param {import("./outbox.js").Entry} entry @returns {import("./client.js").Command} */
function command({ kind, key, id, text }) {
  return { type: kind, key, id, text };
}

function excerpt(text = "deleted") {
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text;
}
