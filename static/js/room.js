// The room's page: what the server tells becomes rows, what is written goes through the outbox.
// What decides is in modules of its own; here they hear of each other.

import { adopted } from "./adopt.js";
import { stopped, tooBig } from "./closes.js";
import { hurryOnReturn } from "./comeback.js";
import { Composer } from "./composer.js";
import { Connection, socketAddress } from "./connection.js";
import { Conversation } from "./conversation.js";
import { enableCopying } from "./copy.js";
import { Draft } from "./draft.js";
import { byId } from "./element.js";
import { hueOf, identicon } from "./identicon.js";
import { Inspector } from "./inspector.js";
import { LogView } from "./log-view.js";
import { NameField } from "./name-field.js";
import { suggestion } from "./names.js";
import { numbers } from "./numbers.js";
import { Offer } from "./offer.js";
import { Older } from "./older.js";
import { People } from "./people.js";
import { enablePeopleToggle, showPeople } from "./people-view.js";
import { read, rename, SUBPROTOCOL } from "./protocol.js";
import { Rooms } from "./rooms.js";
import { RowActs } from "./row-acts.js";
import { newSomebody } from "./somebody.js";
import { StateLine } from "./state-line.js";
import { Tabs } from "./tabs.js";
import { showTerminalLines } from "./terminal.js";
import { clockSeconds } from "./timeline.js";
import { token } from "./token.js";
import { countUnread } from "./unread.js";
import { Watchdog } from "./watchdog.js";
import { Whoami } from "./whoami.js";
import { Writing } from "./writing.js";

// Seconds, as between two signs of life, in which a server that took the socket says welcome.
const WELCOMES = 6;

const page = document.body.dataset;
const secret = token(18);
const tab = token(9);
const me = new Whoami();
let lost = false;
let welcomed = false;

const connection = new Connection({
  address: () => socketAddress(page.socket, query()),
  protocols: [SUBPROTOCOL],
  on: {
    state: changed,
    open: () => watchdog.start(WELCOMES),
    frame: receive,
    close: closed,
  },
});
const reachable = () => connection.connected;
const state = new StateLine(() => connection.connect());
const watchdog = new Watchdog(() => connection.drop());
const inspector = new Inspector(secret);

const people = new People();
const names = new NameField(me.name, chooseName);
const composer = new Composer((text) => writing.say(text), {
  editLast: () => acts.editLast(),
  draft: new Draft(page.room),
});
const view = new LogView((entry) => writing.fates(entry));
const conversation = new Conversation(view, page.cursor);
const writing = new Writing({
  room: page.room,
  tab,
  me,
  connection,
  view,
  composer,
  epoch: () => conversation.epoch,
});
const acts = new RowActs({
  view,
  save: (id, text) => writing.edit(id, text),
  remove: (id) => writing.delete(id),
});
const older = new Older({ conversation, reachable, drawn });
const rooms = new Rooms(page.room, reachable);
const offer = new Offer({ accept: beSomebody, comeBack: () => become(null, true) });
const tabs = new Tabs({
  tab,
  room: page.room,
  as: me.alone ? me.id : "",
  changed: showOffer,
  taken: () => become(null, false),
});
view.trimmed = (first) => conversation.trimmed(first);

// -- from the server ---------------------------------------------------------

const EVENTS = {
  welcome,
  message: (message) => arrived([message]),
  batch: ({ messages }) => arrived(messages),
  gap: skipped,
  heartbeat: ({ head }) => conversation.lacks(head) && connection.drop(),
  ack: (ack) => writing.acknowledged(ack, conversation.covers(ack.id)),
  error: (error) => writing.refused(error) || failed(error.message),
  presence: moved,
  goodbye: ({ retry_between }) => retry_between && connection.comeBackWithin(retry_between),
};

function receive(data) {
  watchdog.heard();
  const event = read(data);
  if (!event || !Object.hasOwn(EVENTS, event.type)) return;
  EVENTS[event.type](event);
  showComplete();
}

function welcome(event) {
  // The token of this tab means nothing to this server any more.
  if (!me.isTaken(event.you.id)) return become(null, true);
  welcomed = true;
  state.show(connection.state);
  watchdog.start(event.heartbeat);
  names.limit(event.limits.name);
  identify(event.you.id);
  // A name that was chosen while the welcome was on its way is newer than the one in it.
  if (me.renamed) connection.send(rename(me.name));
  else adoptName(event.you.name);
  people.start(event);
  showPeople(people, me.id);
  rooms.here(people.count);
  tellReturn(conversation.welcome(event));
  writing.welcomed(event);
  older.retry();
  rooms.refresh();
}

function tellReturn(missed) {
  if (!lost) return;
  lost = false;
  const meanwhile = missed > 0 ? ` · ${numbers(missed)} meanwhile` : "";
  view.note(`Reconnected ${clockSeconds(Date.now())}${meanwhile}`);
}

// After a hole nothing of this connection is taken any more: the next one fills it.
function arrived(messages) {
  for (const message of messages) {
    const place = conversation.take(message);
    if (place === "hole") return connection.drop();
    if (place === "next") taken(message);
  }
  writing.draw();
}

function skipped(gap) {
  conversation.gap(gap);
  writing.draw();
}

function taken(message) {
  if (message.from.id !== me.id && !(message.edits ?? message.deletes)) countUnread();
  writing.arrived(message);
}

// An error that is about nothing written answers a rename, and the list of people knows the name
// that stayed.
function failed(words) {
  composer.notice(words);
  adoptName(people.nameOf(me.id) ?? me.name);
}

function moved(event) {
  people.change(event);
  showPeople(people, me.id);
  rooms.here(people.count);
  adoptName(event.renamed?.find(({ id }) => id === me.id)?.name ?? me.name);
}

// -- the connection ------------------------------------------------------------

function query() {
  const since = conversation.cursor;
  return { name: me.ask(), wire: secret, ...(since && { since }), ...me.proof };
}

function closed(code, reason) {
  welcomed = false;
  watchdog.stop();
  writing.lost(tooBig(code));
  lost ||= connection.state.again;
  if (stopped(code, reason)) view.note(stopped(code, reason));
}

// An open socket is no server yet, and knows nothing of what was missed: its welcome does.
function changed(now) {
  if (now.is !== "connected") state.show(now);
  inspector.watched(now.is === "connected");
  drawn();
}

// -- who one is ------------------------------------------------------------------

function identify(id) {
  me.identify(id);
  byId("my-sign").className = `sign own ${hueOf(id)}`;
  byId("my-sign").replaceChildren(identicon(id));
  view.identify(id);
}

function chooseName(name) {
  adoptName(name);
  connection.send(rename(name));
}

function adoptName(name) {
  me.rename(name);
  names.show(name);
  writing.draw();
}

async function beSomebody() {
  try {
    become(await newSomebody(suggestion(Math.random)), false);
  } catch {
    composer.notice("The server does not answer. Try it again when the connection is back.");
  }
}

/**
 * @param {import("./somebody.js").Somebody | null} somebody null: oneself again
 * @param {boolean} inherit whether what was not sent yet comes along, and asks first
 */
function become(somebody, inherit) {
  writing.handOver(() => me.become(somebody), inherit);
  identify(me.id);
  adoptName(me.name);
  tabs.become(me.alone ? me.id : "");
  connection.renew();
  lost = false;
  composer.focus();
}

function showOffer() {
  offer.show(tabs.second, me.alone);
}

// -- the screen --------------------------------------------------------------------

function drawn() {
  writing.draw();
  showComplete();
}

function showComplete() {
  const { words, title } = conversation.completeness(welcomed);
  byId("complete").textContent = words;
  byId("complete").title = title;
  older.show();
}

function start() {
  byId("teach-address").textContent = location.href;
  byId("teach-network").hidden = /^(localhost|127\.|\[::1)/.test(location.hostname);
  showTerminalLines(socketAddress(page.socket));
  const messages = adopted();
  identify(me.id);
  conversation.adopt(messages, { oldest: Number(page.oldest), first: Number(page.first) });
  for (const message of messages) writing.arrived(message);
  view.toBottom();
  showOffer();
  drawn();
}

start();
enableCopying();
enablePeopleToggle();
hurryOnReturn(connection);
addEventListener("pagehide", () => tabs.leave());
addEventListener("pageshow", ({ persisted }) => persisted && tabs.arrive());
composer.focus();
// A tab that is somebody else must first know that it is not a copy of one.
const known = tabs.arrive();
known.then(() => writing.takeOver(tabs.identities));
if (me.alone) await known;
connection.connect();
