// Which part of the log is on screen, and whether all of it is. Said in words, so that a reader
// need not believe it: the numbers can be counted.

import { numbers, range } from "./numbers.js";

export class Coverage {
  /** @type {number | null} the first id on screen; null while there is none */
  from = null;
  to = 0;
  /** @type {[number, number][]} what is no longer kept in between */
  holes = [];
  /** Whether the log was started anew above what these numbers count. */
  anew = false;

  /**
   * @param {number | null} from
   * @param {number} to
   */
  start(from, to) {
    this.from = from;
    this.to = to;
  }

  /** The next message is on screen. @param {number} id */
  reach(id) {
    this.from ??= id;
    this.to = id;
  }

  /** Older messages are on screen. @param {number} from */
  extend(from) {
    this.from = Math.min(from, this.from ?? from);
  }

  /** The top of the screen was let go. @param {number} from */
  forget(from) {
    this.from = from;
    this.holes = this.holes.filter(([, last]) => last > from);
  }

  /** Something in between is no longer kept. @param {[number, number]} lost */
  lose(lost) {
    if (this.from !== null) this.holes.push(lost);
    this.to = lost[1];
  }

  /** Another log begins, above the id `before` its first. @param {number} before */
  restart(before) {
    this.from = null;
    this.to = before;
    this.holes = [];
    this.anew = true;
  }
}

/**
 * The mark and its explanation; empty when there is nothing to be complete.
 * @param {Coverage} coverage
 * @param {boolean} current whether nothing is known to be missing after the last
 * @returns {{words: string, title: string}}
 */
export function completeness(coverage, current) {
  const { from, to } = coverage;
  if (from === null) return { words: "", title: "" };
  const shown = range(from, to);
  if (!current) return { words: `${shown} so far`, title: until(to) };
  if (coverage.holes.length) return { words: exception(coverage.holes), title: lacking(coverage) };
  return { words: `complete ${shown}`, title: `${all(coverage)}${since(coverage)}` };
}

function exception([[first, last], ...more]) {
  const others = more.length ? ` and ${more.length} more` : "";
  return `complete but for ${range(first, last)}${others}`;
}

function until(to) {
  return `Everything up to number ${numbers(to)} is here. What was said since follows as soon as the server is heard.`;
}

function lacking({ from, to, holes }) {
  const lost = holes.map(([first, last]) => range(first, last)).join(", ");
  return `Of the numbers ${range(from, to)} the server no longer keeps ${lost}. Everything else is here, each once, in order.`;
}

function all({ from, to }) {
  if (from === to) return `Number ${numbers(to)} is all that there is here, and it is here once.`;
  return `Everything from number ${numbers(from)} to ${numbers(to)} is here, each once, in order.`;
}

function since({ anew }) {
  return anew ? " The log was started anew; the rows above that line are from before." : "";
}
