// Who is here: the list of the welcome, kept up by presence. A version that was missed leaves the
// list a little wrong and the count right; the next welcome repairs it.

export class People {
  #names = new Map();
  #version = 0;

  /** How many there are, which may be more than the list holds. */
  count = 0;

  /** @param {{people?: {id: string, name: string}[], presence: number, count: number}} welcome */
  start({ people = [], presence, count }) {
    this.#names = new Map(people.map(({ id, name }) => [id, name]));
    this.#version = presence;
    this.count = count;
  }

  /** @param {{version: number, count: number, joined?: object[], left?: string[], renamed?: object[]}} presence */
  change({ version, count, joined = [], left = [], renamed = [] }) {
    const next = version === this.#version + 1;
    this.#version = version;
    this.count = count;
    if (!next) return;
    for (const id of left) this.#names.delete(id);
    for (const { id, name } of [...joined, ...renamed]) this.#names.set(id, name);
  }

  /** @param {string} id */
  nameOf(id) {
    return this.#names.get(id);
  }

  /**
   * The people that are known by name, oneself first, then by name.
   * @param {string} me
   */
  list(me) {
    return Array.from(this.#names, ([id, name]) => ({ id, name, you: id === me })).sort(
      (a, b) => b.you - a.you || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1),
    );
  }
}
