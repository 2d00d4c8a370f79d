// The wire strip: every frame of this page's own connection, as the server saw it, on a stream of
// its own, so that looking changes nothing; and those of any other client that is made with the
// address shown here. Closed, it costs nothing.

import { byId, element } from "./element.js";
import { numbers } from "./numbers.js";
import { enablePanels } from "./panels.js";
import { keep, recall } from "./storage.js";
import { Acts } from "./wire-acts.js";
import { Chart } from "./wire-chart-view.js";
import { wireDetail } from "./wire-detail.js";
import { duration } from "./wire-facts.js";
import { narrows } from "./wire-filter.js";
import { FilterForm } from "./wire-filter-form.js";
import { WireList } from "./wire-list.js";
import { WireLog } from "./wire-log.js";
import { Others } from "./wire-others.js";
import { Recorded } from "./wire-recorded.js";
import { showOneWay } from "./wire-row.js";
import { Search } from "./wire-search.js";
import { WireStream } from "./wire-stream.js";
import { Take } from "./wire-take.js";
import { WireView } from "./wire-view.js";

const PING = { type: "ping" };
const WIDE = "(min-width: 1100px)";
const KNOWN = new Set(["open", "frame", "closed"]);
const LIVE = "as the server sees it";
const MOST_NAMES = 100;

export class Inspector {
  #live = new WireLog();
  #log = this.#live; // what is looked at: that, or a recording
  #search = new Search();
  #view = new WireView(this.#live, (source, rows) => this.#search.find(source, rows));
  #list = new WireList(byId("wire-scroll"), byId("wire-frames"), {
    draw: () => this.#update(),
    row: (row, entry) => entry.own && showOneWay(row, this.#oneWay.of(entry.event)),
    choose: (entry) => this.#showWhole(entry),
    open: () => this.#openWhole(true),
    close: () => this.#openWhole(false),
  });
  #stream;
  #oneWay;
  #others = new Others({
    open: () => this.#live.restart(),
    event: (event) => this.#told(event, false),
    changed: () => this.#showConnections(),
  });
  #acts = new Acts((connection, command) => this.#ask(connection, command));
  #take = new Take(() => ({ entries: this.#view.shown, chosen: this.#chosen }));
  #chart = new Chart(() => this.#live.entries);
  #recorded;
  #watched = false;
  #greeted = false;
  #chosen = undefined;

  /**
   * @param {string} secret the right to look, which the watched connection was opened with
   * @param {import("./one-way.js").OneWay} oneWay hears of what the page sees of that connection
   */
  constructor(secret, oneWay) {
    this.#oneWay = oneWay;
    oneWay.changed = () => this.#isOpen && this.#list.draw();
    this.#stream = new WireStream(secret, {
      state: showState,
      open: () => this.#restarted(),
      event: (event) => this.#told(event, true),
    });
    this.#listen();
    this.#showConnections();
    this.#open(wanted());
  }

  /** The page's own connection is there, or is not. @param {boolean} connected */
  watched(connected) {
    this.#watched = connected;
    this.#greet();
  }

  #listen() {
    new FilterForm((filter) => this.#filter(filter));
    const fold = enablePanels(".wire-tools", (panel) => {
      if (panel === "wire-others") this.#others.begin();
      if (panel === "wire-take") this.#take.show();
      if (panel === "wire-chart") this.#chart.start();
    });
    this.#recorded = new Recorded({
      opened: () => {
        if (!this.#isOpen) this.#open(true);
        fold("");
      },
      show: (log) => this.#look(log ?? this.#live),
      address: (path, query) => this.#others.address(path, query),
    });
    byId("wire-toggle").addEventListener("click", () => this.#choose(!this.#isOpen));
    byId("wire-hide").addEventListener("click", () => this.#choose(false));
    byId("wire-clear").addEventListener("click", () => this.#clear());
    byId("wire-ping").addEventListener("click", () => this.#stream.ask(PING));
    byId("wire-pause").addEventListener("click", () => this.#pause());
    byId("wire-fold").addEventListener("click", () => this.#openWhole(false));
  }

  get #isOpen() {
    return document.body.dataset.wire === "open";
  }

  #choose(open) {
    keep("wire", open ? "open" : "closed");
    this.#open(open);
    if (!open) byId("wire-toggle").focus();
  }

  #open(open) {
    document.body.dataset.wire = open ? "open" : "closed";
    byId("wire-toggle").setAttribute("aria-expanded", String(open));
    this.#greeted = false;
    this.#others.show(open);
    if (open) this.#stream.connect();
    else {
      this.#stream.leave();
      this.#acts.stop();
      this.#recorded.stop();
    }
  }

  // -- what is told ------------------------------------------------------------------

  #restarted() {
    this.#live.restart();
    this.#greet();
  }

  // One ping as soon as there is something to ping, so that there is something to see.
  #greet() {
    if (!this.#greeted && this.#watched) this.#greeted = this.#stream.ask(PING);
  }

  #told(event, own) {
    if (event?.type === "error") byId("wire-error").textContent = event.message;
    if (!KNOWN.has(event?.type) || !this.#live.add(event, own)) return;
    if (own) this.#oneWay.there(event);
    if (own && typeof event.round_trip === "number") showRoundTrip(event.round_trip);
    this.#list.draw();
  }

  // An empty name is the page's own connection.
  #ask(connection, command) {
    if (!connection) return this.#stream.ask(command);
    return this.#others.ask({ ...command, connection });
  }

  // -- what is seen ------------------------------------------------------------------

  #update() {
    this.#log.trim();
    this.#list.forgot(this.#view.update(() => this.#list.draw()));
    this.#list.entries = this.#view.shown;
    byId("wire-frames").dataset.empty = this.#log.entries.length ? "nothing" : "yet";
    byId("wire-dropped").hidden = this.#log.dropped === 0;
    byId("wire-dropped").textContent = `${numbers(this.#log.dropped)} older dropped`;
    if (this.#view.tooSlow) byId("wire-error").textContent = TOO_SLOW;
    this.#showPause();
  }

  #filter(filter) {
    this.#view.choose(filter);
    document.querySelector("[aria-controls=wire-filter]").classList.toggle("on", narrows(filter));
    this.#list.toBottom();
    this.#list.draw();
  }

  #look(log) {
    this.#log = log;
    this.#view.look(log);
    const live = log === this.#live;
    document.querySelector("#wire .seen").textContent = live ? LIVE : "a recording";
    byId("wire-ping").disabled = byId("wire-clear").disabled = !live;
    byId("wire").toggleAttribute("data-recording", !live);
    this.#openWhole(false);
    this.#list.renew();
    this.#showPause();
    this.#showConnections();
  }

  #clear() {
    this.#log.clear();
    this.#view.restart();
    this.#openWhole(false);
    this.#list.toBottom();
    this.#list.draw();
  }

  #pause() {
    this.#view.paused = !this.#view.paused;
    byId("wire-pause").setAttribute("aria-pressed", String(this.#view.paused));
    this.#list.draw();
    this.#showPause();
  }

  #showPause() {
    const { paused, waiting } = this.#view;
    const more = waiting ? ` · ${numbers(waiting)}` : "";
    byId("wire-pause").textContent = paused ? `Go on${more}` : "Pause";
  }

  #showWhole(entry) {
    this.#chosen = entry;
    byId("wire-detail").replaceChildren(
      ...(entry ? wireDetail(entry, this.#oneWay.of(entry.event)).filter(Boolean) : []),
    );
    byId("wire-detail").scrollTop = 0;
    if (!byId("wire-take").hidden) this.#take.show();
  }

  #openWhole(open) {
    if (!open) {
      if (byId("wire-whole").contains(document.activeElement)) byId("wire-frames").focus();
      this.#list.choose(null);
    }
    byId("wire-whole").hidden = !open || !this.#chosen;
  }

  #namesListed() {
    if (this.#log === this.#live) return this.#others.names;
    return [...new Set(this.#log.entries.map(({ event }) => event.connection))].slice(
      0,
      MOST_NAMES,
    );
  }

  #showConnections() {
    const { names } = this.#others;
    const own = [["own", "this page"]];
    const listed = this.#log === this.#live ? own : [];
    renew(byId("wire-of"), options([["", "all connections"], ...listed], this.#namesListed()));
    renew(byId("wire-to"), options([["", "this page"]], names));
  }
}

const TOO_SLOW =
  "This expression takes too long to try, so everything is shown. Nested repetitions are the usual cause.";

function options(first, names) {
  const all = [...first, ...names.map((name) => [name, name])];
  return all.map(([value, words]) => element("option", { value }, words));
}

// What was chosen stays chosen when it is gone, or the next act would be another's.
function renew(select, options) {
  const { value } = select;
  const there = !value || options.some((option) => option.value === value);
  select.replaceChildren(...options);
  if (!there) select.append(element("option", { value }, `${value}, gone`));
  if (value) select.value = value;
}

function wanted() {
  const chosen = recall("wire");
  return chosen ? chosen === "open" : matchMedia(WIDE).matches;
}

function showRoundTrip(ms) {
  byId("wire-round-trip").textContent = duration(ms);
  byId("wire-round-trip").parentElement.hidden = false;
}

const UNWATCHED = {
  waiting: "Not watching: the server does not answer",
  stopped: "Not watching: the server refused",
};

function showState({ is }) {
  byId("wire-state").textContent = UNWATCHED[is] ?? "";
}
