// The page at /-/wire: a connection of the reader's own, and what each byte of it is for.

import { byId, element } from "./element.js";
import { sizeOf } from "./exchanges.js";
import { figure } from "./figure.js";
import { dissect, sizeOnWire } from "./frame-bytes.js";
import { acceptLines, answerLines, requestLines, valueIn } from "./handshake-lines.js";
import { count, parse, show } from "./hex.js";
import { oversize } from "./oversize.js";
import { record } from "./recording.js";
import { between, bytesOf, story } from "./story.js";
import { clockSeconds } from "./timeline.js";

const PAUSE = 350;
const MOST_FRAMES = 4;
const MOST_RANDOM = 65_536;
const KINDS = {
  text: { label: "Text", read: (typed) => ({ payload: typed }) },
  binary: { label: "Bytes, as hex", read: readHex },
  random: { label: "How many random bytes", read: readRandom },
};
// What each figure explains first, so that who only reads on reads of something new each time.
const FIRST = {
  "message-sent": "masking key",
  "message-back": "MASK",
  ping: "payload",
  close: "code",
};
const SENDERS = { client: "Your browser to the server", server: "The server to your browser" };

const page = document.body.dataset;
const form = byId("script");
const field = byId("say");
let attempt = 0;
let pause;

async function play() {
  clearTimeout(pause);
  const mine = ++attempt;
  const script = read();
  if (script.refused) return;
  say("recording", "Talking to the server");
  try {
    const told = await record({ socket: page.socket, wire: page.wirePath }, script);
    if (mine === attempt) draw(told, script);
  } catch ({ message }) {
    if (mine === attempt) say("failed", message);
  }
}

// Refusals stand beside what they are about.
function read() {
  const { payload, refused } = KINDS[kind()].read(field.value);
  const message = refused ?? oversize(sizeOf(payload), Number(page.limit)) ?? "";
  const code = Number(byId("code").value);
  const reason = byId("reason").value;
  const ending = badClose(code, reason);
  byId("notice").textContent = message;
  byId("close-notice").textContent = ending;
  return { message: payload, code, reason, refused: message || ending };
}

function readHex(typed) {
  const { bytes, refused } = parse(typed);
  return { payload: bytes, refused };
}

function readRandom(typed) {
  const many = Number(typed);
  if (!Number.isInteger(many) || many < 0 || many > MOST_RANDOM) {
    return { refused: `Write a number from 0 to ${MOST_RANDOM.toLocaleString("en")}.` };
  }
  return { payload: crypto.getRandomValues(new Uint8Array(many)) };
}

function badClose(code, reason) {
  if (code !== 1000 && !(code >= 3000 && code <= 4999)) {
    return "A page may close with 1000 or with 3000 to 4999.";
  }
  const over = sizeOf(reason) - 123;
  return over > 0 ? `A reason has 123 bytes at most: this one is ${count(over)} too long.` : "";
}

function draw({ opened, frames }, { message }) {
  const { message: data, ping, close } = story(frames);
  const told = { opened, deflates: (opened.extensions ?? "").includes("deflate") };
  drawHandshake(opened);
  fill("message-frames", dataFigures(data, told));
  fill("ping-frames", frameFigures("ping", ping, told));
  fill("close-frames", frameFigures("close", close, told));
  byId("sum").textContent = sum(message, opened, [...data, ...ping, ...close]);
  say("done", `Recorded at ${clockSeconds(opened.at)}`);
}

function drawHandshake(opened) {
  const accept = acceptLines(opened.headers);
  const agrees = accept.at(-1).line === valueIn(opened.answer, "sec-websocket-accept");
  const note = agrees ? "as the server answered" : "not what the server answered";
  const client = { from: "client", title: SENDERS.client, note: "request" };
  const server = { from: "server", title: SENDERS.server, note: "answer" };
  fill("request", [figure({ id: "figure-request", ...client }, requestLines(opened))]);
  fill("answer", [figure({ id: "figure-answer", ...server }, answerLines(opened))]);
  fill("accept", [figure({ id: "figure-accept", title: "Computed by this page", note }, accept)]);
}

// A browser may send a long message in several frames.
function dataFigures(frames, told) {
  const [sent, back] = ["client", "server"].map((from) =>
    frames.filter((one) => one.from === from),
  );
  return [...few("message-sent", sent, told), ...few("message-back", back, told)];
}

function few(id, frames, told) {
  const shown = frameFigures(id, frames.slice(0, MOST_FRAMES), told);
  const more = frames.length - MOST_FRAMES;
  return more > 0 ? [...shown, element("p", { class: "more" }, `and ${more} frames more`)] : shown;
}

function frameFigures(id, frames, { opened, deflates }) {
  return frames.map((frame, at) => {
    const after = `${between(opened.at, frame.at).toFixed(1)} ms`;
    const note = `${frame.opcode}, ${count(sizeOnWire(frame))}, after ${after}`;
    const about = { id: `figure-${id}-${at}`, from: frame.from, title: SENDERS[frame.from], note };
    return figure({ ...about, first: FIRST[id] }, dissect(frame, deflates));
  });
}

function sum(message, opened, frames) {
  const lines = [...requestLines(opened), ...answerLines(opened)];
  const handshake = lines.reduce((bytes, { line }) => bytes + sizeOf(line) + 2, 0);
  return `What was said takes ${count(sizeOf(message))}. To say it and hear it back, ask whether the other end is there, and part in good order took ${count(bytesOf(frames))} in ${frames.length} frames, and about ${count(handshake)} for the handshake before, most of which is what a browser sends with every request.`;
}

function fill(id, nodes) {
  byId(id).replaceChildren(...nodes);
}

function say(is, words) {
  document.body.dataset.is = is;
  byId("state-words").textContent = words;
}

function kind() {
  return form.elements.kind.value;
}

function changedKind() {
  byId("say-label").textContent = KINDS[kind()].label;
  field.classList.toggle("hex", kind() !== "text");
}

// Trying something out writes it into the field, where it can be changed.
function tried({ dataset }) {
  form.elements.kind.value = dataset.kind;
  field.value = dataset.random
    ? show(readRandom(dataset.random).payload, MOST_RANDOM)
    : dataset.say;
  changedKind();
  play();
}

for (const one of document.forms) {
  one.addEventListener("submit", (event) => {
    event.preventDefault();
    play();
  });
  one.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(play, PAUSE);
  });
}
form.addEventListener("change", changedKind);
byId("again").addEventListener("click", play);
for (const button of document.querySelectorAll("[data-kind]")) {
  button.addEventListener("click", () => tried(button));
}
changedKind();
play();
