// Where this page stands in the log. Only a message, a batch or a gap moves it; ids come one after
// the other, so what skips one shows a hole, and a hole is never shown but asked for again.

export class Position {
  /** @type {string | null} */
  epoch = null;
  id = 0;

  /** @param {string} [cursor] "epoch:id", as the page came with it */
  constructor(cursor = "") {
    const colon = cursor.lastIndexOf(":");
    if (colon < 0) return;
    this.epoch = cursor.slice(0, colon);
    this.id = Number(cursor.slice(colon + 1));
  }

  /** "epoch:id" to resume from; null before anything is known. */
  get cursor() {
    return this.epoch === null ? null : `${this.epoch}:${this.id}`;
  }

  /**
   * What a message with this id is to a page that stands here.
   * @param {number} id
   * @returns {"seen" | "next" | "hole"}
   */
  place(id) {
    if (id <= this.id) return "seen";
    return id === this.id + 1 ? "next" : "hole";
  }

  /** The next message was taken. */
  advance() {
    this.id += 1;
  }

  /**
   * What is gone is gone: the server's numbers are taken over, so that nobody asks twice.
   * @param {{lost: [number, number] | null, epoch: string, oldest: number}} gap
   */
  skip({ lost, epoch, oldest }) {
    this.epoch = epoch;
    this.id = lost ? lost[1] : oldest - 1;
  }

  /** @param {number} head the last id that the server has sent on this connection */
  lacks(head) {
    return head > this.id;
  }
}
