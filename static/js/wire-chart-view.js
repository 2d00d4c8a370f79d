// Draws the last minute, once a second, for as long as it is looked at.

import { byId } from "./element.js";
import { count } from "./hex.js";
import { lastMinute, line } from "./wire-chart.js";
import { duration } from "./wire-facts.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [360, 38];
const EVERY = 1000;

export class Chart {
  #entries;
  #timer = 0;

  /** @param {() => import("./wire-log.js").Entry[]} entries */
  constructor(entries) {
    this.#entries = entries;
  }

  /** Draws until the panel is closed. */
  start() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#draw(), EVERY);
    this.#draw();
  }

  // A second that is not over would look like a fall: the last whole one is the last drawn. The
  // server's clock may be ahead of ours: what it saw last is then the end of the minute.
  #draw() {
    if (!byId("wire-chart").checkVisibility()) return clearInterval(this.#timer);
    const entries = this.#entries();
    const last = entries.length ? Date.parse(entries.at(-1).event.at) : 0;
    const { trips, bytes } = lastMinute(entries, Math.max(Date.now(), last));
    draw("wire-trips", `Round trip: ${tripWords(trips)}`, trips);
    const points = bytes.map((value, at) => [at / (bytes.length - 1), value]);
    draw("wire-bytes", `Bytes per second: most ${count(Math.max(...bytes))}`, points);
  }
}

function tripWords(trips) {
  const times = trips.map(([, ms]) => ms);
  if (!times.length) return "none in the last minute";
  const range = `${duration(Math.min(...times))} to ${duration(Math.max(...times))}`;
  return `${range}, ${times.length} in the last minute`;
}

function draw(id, words, points) {
  byId(id).querySelector("figcaption").textContent = words;
  const path = byId(id).querySelector("path") ?? addPath(byId(id));
  path.setAttribute("d", line(points, WIDTH, HEIGHT));
}

function addPath(figure) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 -1 ${WIDTH} ${HEIGHT + 2}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("vector-effect", "non-scaling-stroke");
  svg.append(path);
  figure.append(svg);
  return path;
}
