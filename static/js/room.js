// The room's page: what the server tells becomes rows, what is written goes through the outbox.
// What decides is in modules of its own; here they hear of each other.

import { socketAddress } from "./address.js";
import { adopted } from "./adopt.js";
import { Room, token } from "./client.js";
import { Composer } from "./composer.js";
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
import { enablePeopleToggle, showPeople } from "./people-view.js";
import { Rooms } from "./rooms.js";
import { RowActs } from "./row-acts.js";
import { newSomebody } from "./somebody.js";
import { StateLine } from "./state-line.js";
import { Tabs } from "./tabs.js";
import { showTerminalLines } from "./terminal.js";
import { clockSeconds } from "./timeline.js";
import { countUnread } from "./unread.js";
import { Whoami } from "./whoami.js";
import { Writing } from "./writing.js";

const page = document.body.dataset;
const secret = token(18);
const tab = token(9);
const me = new Whoami(page.me);
let lost = false;

const room = new Room(location.pathname, {
  name: me.name,
  since: page.cursor,
  token: me.token,
  socket: page.socket,
  query: { wire: secret },
});
const reachable = () => room.connected;
const state = new StateLine(() => room.connect());
const inspector = new Inspector(secret);

const names = new NameField(me.name, chooseName);
const composer = new Composer((text) => writing.say(text), {
  editLast: () => acts.editLast(),
  draft: new Draft(page.room),
});
const view = new LogView((entry) => writing.fates(entry));
const conversation = new Conversation(view);
const writing = new Writing({
  room,
  place: page.room,
  tab,
  me,
  view,
  composer,
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

room.on("welcome", welcome);
room.on("message", taken);
room.on("gap", (gap) => conversation.gap(gap));
room.on("presence", moved);
room.on("ack", (ack) => writing.acknowledged(ack, conversation.covers(ack.id)));
room.on("error", (error) => writing.refused(error) || failed(error.message));
room.on("heard", drawn);
room.on("state", changed);
room.on("lost", gone);

// Who is connected by asking again and again is not told who is here, nor who they are.
function welcome(event) {
  // The token of this tab means nothing to this server any more.
  if (event.you && !me.isTaken(event.you.id)) return become(null, true);
  if (event.limits?.name) names.limit(event.limits.name);
  if (event.you) identify(event.you.id);
  if (event.people) moved();
  else adoptName(room.name);
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

function taken(message) {
  conversation.take(message);
  if (message.from.id !== me.id && !(message.edits ?? message.deletes)) countUnread();
  writing.arrived(message);
}

// An error that is about nothing written answers a rename.
function failed(words) {
  composer.notice(words);
  adoptName(room.name);
}

function moved() {
  showPeople(room.people, me.id);
  rooms.here(room.people.count);
  adoptName(room.name);
}

// -- the connection ------------------------------------------------------------

function gone({ tooBig, climbed, words }) {
  writing.lost(tooBig);
  if (!climbed) lost ||= room.state.again;
  if (words) view.note(words);
}

function changed(now) {
  state.show(now);
  inspector.watched(now.is === "connected" && now.way === "websocket");
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
  room.rename(name);
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
  room.become({ name: me.name, token: me.token });
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
  const { words, title } = conversation.completeness(room.current);
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
  conversation.adopt(messages, {
    epoch: room.epoch,
    oldest: Number(page.oldest),
    first: Number(page.first),
    last: room.last,
  });
  for (const message of messages) writing.arrived(message);
  view.toBottom();
  showOffer();
  drawn();
}

start();
enableCopying();
enablePeopleToggle();
addEventListener("pagehide", () => tabs.leave());
addEventListener("pageshow", ({ persisted }) => persisted && tabs.arrive());
composer.focus();
// A tab that is somebody else must first know that it is not a copy of one.
const known = tabs.arrive();
known.then(() => writing.takeOver(tabs.identities));
if (me.alone) await known;
room.connect();
