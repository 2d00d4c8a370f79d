// One exchange, two lines: what was sent and what came back, aligned so that the eye compares.

import { element, icon } from "./element.js";
import { count, show } from "./hex.js";
import { clockMillis } from "./timeline.js";
import { duration } from "./wire-facts.js";

const TEXT_PREVIEW = 600;
const BYTES_PREVIEW = 128;

const VERDICTS = {
  waiting: "waiting for the answer",
  identical: "identical",
  different: "different",
  unanswered: "never came back, what was sent after it did",
  lost: "lost with the connection",
};

/**
 * @param {import("./exchanges.js").Exchange} exchange
 * @returns {HTMLLIElement}
 */
export function exchangeRow(exchange) {
  return element(
    "li",
    { class: "exchange", "data-state": exchange.state },
    payloadLine("sent", exchange.sent, exchange.size),
    exchange.answer === undefined
      ? null
      : payloadLine("received", exchange.answer, exchange.answerSize),
    verdict(exchange),
  );
}

/**
 * A frame that answers nothing.
 * @param {string | Uint8Array} payload
 * @param {number} size
 * @param {boolean} again whether it is the last answer once more
 */
export function unaskedRow(payload, size, again) {
  return element(
    "li",
    { class: "exchange", "data-state": "unasked" },
    payloadLine("received", payload, size),
    element(
      "p",
      { class: "verdict" },
      element("span", { class: "outcome" }, again ? "came once more" : "came unasked"),
    ),
  );
}

/**
 * Something that happened to the connection.
 * @param {"opening" | "opened" | "closed" | "refused"} state
 * @param {string} words
 */
export function eventRow(state, words) {
  const now = new Date();
  return element(
    "li",
    { class: "exchange", "data-state": state },
    element(
      "p",
      { class: "verdict" },
      element("time", { datetime: now.toISOString() }, clockMillis(now)),
      element("span", { class: "outcome" }, words),
    ),
  );
}

function payloadLine(words, payload, size) {
  const text = typeof payload === "string";
  return element(
    "p",
    { class: `payload ${words}` },
    element("span", { class: "way" }, icon(words), element("span", { class: "words" }, words)),
    element("span", { class: "kind" }, text ? "text" : "binary"),
    element("span", { class: "size" }, count(size)),
    element("code", { class: "content" }, text ? shortened(payload) : show(payload, BYTES_PREVIEW)),
  );
}

function verdict({ state, took, at }) {
  return element(
    "p",
    { class: "verdict" },
    element("time", { datetime: at.toISOString() }, clockMillis(at)),
    element("span", { class: "took" }, took === undefined ? "" : duration(took)),
    element("span", { class: "outcome" }, state === "identical" && icon("done"), VERDICTS[state]),
  );
}

function shortened(text) {
  return text.length > TEXT_PREVIEW ? `${text.slice(0, TEXT_PREVIEW)} …` : text;
}
