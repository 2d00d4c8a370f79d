// The room's page: what the server tells becomes rows, what is written goes through the outbox.
// Only a message above the last one seen counts, so that nothing is ever shown twice.

import { stopped, tooBig } from "./closes.js";
import { hurryOnReturn } from "./comeback.js";
import { Composer } from "./composer.js";
import { Connection, socketAddress } from "./connection.js";
import { enableCopying } from "./copy.js";
import { byId } from "./element.js";
import { hueOf, identicon } from "./identicon.js";
import { Inspector } from "./inspector.js";
import { LogView } from "./log-view.js";
import { NameField } from "./name-field.js";
import { suggestion } from "./names.js";
import { Outbox } from "./outbox.js";
import { PendingView } from "./pending-view.js";
import { People } from "./people.js";
import { enablePeopleToggle, showPeople } from "./people-view.js";
import { bytes, oversize, read, rename, SUBPROTOCOL, say } from "./protocol.js";
import { StateLine } from "./state-line.js";
import { keep, recall } from "./storage.js";
import { clockSeconds } from "./timeline.js";
import { token } from "./token.js";
import { countUnread } from "./unread.js";

const page = document.body.dataset;
const secret = token(18);
const me = { id: "", name: recall("name") || suggestion(Math.random) };
const seen = { epoch: null, id: 0 };
let limits = {};
let lost = false;

const people = new People();
const view = new LogView();
const pending = new PendingView({ reuse, dismiss });
const names = new NameField(me.name, chooseName);
const composer = new Composer(write);
const outbox = new Outbox({ send: (entry) => connection.send(say(entry)), changed: drawPending });
const state = new StateLine(() => connection.connect());
const inspector = new Inspector(secret);
const connection = new Connection({
  address: () => socketAddress(page.socket, { name: me.name, wire: secret }),
  protocols: [SUBPROTOCOL],
  on: { state: changed, frame: receive, close: closed },
});

const EVENTS = {
  welcome,
  message: arrived,
  ack: acknowledged,
  error: refused,
  presence: moved,
  goodbye: ({ retry_between }) => retry_between && connection.comeBackWithin(retry_between),
};

function receive(data) {
  const event = read(data);
  if (event && Object.hasOwn(EVENTS, event.type)) EVENTS[event.type](event);
}

function welcome(event) {
  limits = event.limits ?? {};
  me.id = event.you.id;
  byId("my-sign").className = `sign own ${hueOf(me.id)}`;
  byId("my-sign").replaceChildren(identicon(me.id));
  adoptName(event.you.name);
  if (limits.name) names.limit(limits.name);
  people.start(event);
  showPeople(people, me.id);
  tellReturn(event);
  if (seen.epoch !== event.epoch) Object.assign(seen, { epoch: event.epoch, id: event.head });
  outbox.open();
  drawPending();
}

function tellReturn({ epoch, head }) {
  if (!lost) return;
  lost = false;
  const missed = seen.epoch === epoch ? head - seen.id : 0;
  const meanwhile = missed > 0 ? ` · ${missed} said meanwhile, not shown here` : "";
  view.note(`Reconnected ${clockSeconds(Date.now())}${meanwhile}`);
}

function arrived(message) {
  if (message.id <= seen.id) return;
  seen.id = message.id;
  const own = message.from.id === me.id;
  if (own && message.key) outbox.settle(message.key);
  view.message(message, own);
  drawPending();
  if (!own) countUnread();
}

// The copy came before its ack, so an entry that is still here was a resend whose copy went by
// while this page was away: it takes its place now.
function acknowledged({ key, id }) {
  const entry = outbox.settle(key);
  if (entry) view.message({ ...entry, id, from: { ...me } }, true);
  drawPending();
}

function refused({ key, message, retry_after }) {
  if (!key || !outbox.find(key)) return failed(message);
  if (retry_after === undefined) outbox.refuse(key, message);
  else outbox.postpone(key, retry_after, message);
}

// An error without a key answers a rename, and the list of people knows the name that stayed.
function failed(message) {
  composer.notice(message);
  adoptName(people.nameOf(me.id) ?? me.name);
}

function moved(event) {
  people.change(event);
  showPeople(people, me.id);
  adoptName(event.renamed?.find(({ id }) => id === me.id)?.name ?? me.name);
}

function closed(code, reason) {
  if (tooBig(code)) outbox.refuseInFlight("This was too big for the server.");
  outbox.close();
  lost ||= seen.epoch !== null;
  if (stopped(code, reason)) view.note(stopped(code, reason));
}

function changed(now) {
  state.show(now);
  inspector.watched(now.is === "connected");
  drawPending();
}

function write(text) {
  const key = token(12);
  const refusal = oversize(bytes(say({ key, text })), limits.message);
  if (refusal) {
    composer.notice(refusal);
    return false;
  }
  outbox.add(key, text, new Date().toISOString());
  view.toBottom();
  return true;
}

function drawPending() {
  pending.show(outbox.entries, me, { last: view.last, connected: connection.connected });
}

function reuse(entry) {
  dismiss(entry);
  composer.restore(entry.text);
}

function dismiss(entry) {
  outbox.drop(entry.key);
  drawPending();
}

function chooseName(name) {
  adoptName(name);
  connection.send(rename(name));
}

function adoptName(name) {
  me.name = name;
  names.show(name);
  keep("name", name);
  drawPending();
}

byId("teach-address").textContent = location.href;
byId("teach-network").hidden = /^(localhost|127\.|\[::1)/.test(location.hostname);
byId("teach-terminal").textContent = `npx wscat -c ${socketAddress(page.socket)}`;
keep("name", me.name);
enableCopying();
enablePeopleToggle();
hurryOnReturn(connection);
connection.connect();
composer.focus();
