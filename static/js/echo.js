// The echo console: what goes out should come back, byte for byte and in order. Every exchange is
// a row; a lost connection marks what was never answered.

import { socketAddress } from "./address.js";
import { Bottom } from "./bottom.js";
import { token } from "./client.js";
import { Composer } from "./composer.js";
import { enableCopying } from "./copy.js";
import { showCases } from "./echo-cases-view.js";
import { faultsOf } from "./echo-faults.js";
import { EchoForm } from "./echo-form.js";
import { EchoLine } from "./echo-line.js";
import { byId } from "./element.js";
import { eventRow, exchangeRow, unaskedRow } from "./exchange-row.js";
import { Exchanges, sizeOf } from "./exchanges.js";
import { parse } from "./hex.js";
import { Inspector } from "./inspector.js";
import { Newer } from "./newer.js";
import { OneWay } from "./one-way.js";
import { oversize } from "./oversize.js";
import { enablePanels } from "./panels.js";
import { StateLine } from "./state-line.js";

const MOST = 500;
const KINDS = {
  text: { label: "Text to send", placeholder: "Text to send" },
  binary: { label: "Bytes to send, as hex", placeholder: "48 65 6c 6c 6f" },
};

const page = document.body.dataset;
const secret = token(18);
const rows = new Map();

const list = byId("exchanges");
const newer = new Newer(byId("newer"), (count) => `${count} new below`);
const bottom = new Bottom(byId("log"), byId("log-content"), () => newer.clear());
const exchanges = new Exchanges();
const composer = new Composer(write);
let toSay = [];
const state = new StateLine(() => line.again());
const oneWay = new OneWay();
const inspector = new Inspector(secret, oneWay);
const line = new EchoLine(secret, oneWay, {
  state: changed,
  open: sayFirst,
  frame: receive,
  lost: () => exchanges.lose().forEach(draw),
  refused: (words) => form.refuse(words),
  tell: (state, words) => append(eventRow(state, words)),
});
const form = new EchoForm(() => connect());
const asks = document.querySelector("[aria-controls=misbehave]").classList;

// What is to be said first is said once: a connection that comes back says nothing by itself.
function connect(say = []) {
  toSay = say;
  asks.toggle("on", form.asks);
  line.connect(form.faults);
}

function sayFirst() {
  const said = toSay;
  toSay = [];
  said.forEach(send);
}

function changed(now) {
  state.show(now);
  inspector.watched(now.is === "connected");
}

function write(typed) {
  const { payload, refused } = read(typed);
  const refusal = refused ?? oversize(sizeOf(payload), Number(page.limit)) ?? notConnected();
  if (refusal) {
    composer.notice(refusal);
    return false;
  }
  send(payload);
  return true;
}

function read(typed) {
  if (kind() === "text") return { payload: typed };
  const { bytes, refused } = parse(typed);
  return { payload: bytes, refused };
}

function notConnected() {
  return line.connected ? null : "There is no connection, so nothing was sent. Your text is kept.";
}

// The row is drawn after the send, so that drawing is not part of the time taken.
function send(payload) {
  const exchange = exchanges.send(payload, performance.now());
  line.send(payload);
  exchange.at = new Date();
  draw(exchange);
  bottom.go();
}

function receive(data) {
  const now = performance.now();
  const answer = typeof data === "string" ? data : new Uint8Array(data);
  const again = exchanges.repeats(answer);
  const settled = exchanges.receive(answer, now);
  if (settled.length) settled.forEach(draw);
  else append(unaskedRow(answer, sizeOf(answer), again));
}

function draw(exchange) {
  const row = exchangeRow(exchange);
  const old = rows.get(exchange);
  if (old) old.replaceWith(row);
  else append(row);
  if (exchange.state === "waiting") rows.set(exchange, row);
  else rows.delete(exchange);
}

function append(row) {
  list.append(row);
  byId("teach").hidden = true;
  if (!bottom.pinned) newer.add();
  else if (list.children.length > MOST) list.firstElementChild.remove();
}

function kind() {
  return document.querySelector("[name=kind]:checked").value;
}

function explainKind() {
  byId("say-label").textContent = KINDS[kind()].label;
  byId("say").placeholder = KINDS[kind()].placeholder;
  byId("say").classList.toggle("hex", kind() === "binary");
  composer.notice("");
}

for (const choice of document.querySelectorAll("[name=kind]")) {
  choice.addEventListener("change", explainKind);
}
byId("newer").addEventListener("click", () => bottom.go());
byId("teach-terminal").textContent = `npx wscat -c ${socketAddress(page.socket)}`;
explainKind();
const openPanel = enablePanels(".asks");
showCases(({ faults, say }) => {
  form.fill(faults);
  connect(say);
});
enableCopying();
form.fill(faultsOf(location.search));
if (form.asks) openPanel("misbehave");
connect();
composer.focus();
