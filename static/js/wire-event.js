// The shape of an event of the wire, for one that comes out of a file that anybody may have made.

/** @typedef {import("./wire-log.js").WireEvent} WireEvent */

// What is found in no hex; what is all of it would be tried with a stack as deep as it is long.
const NO_HEX = /[^0-9a-f ]|(^| )[^ ]?( |$)|[^ ]{3}/;
const OPCODE = /^(text|binary|continuation|ping|pong|close|0x[0-9a-f]{1,2})$/;

/** What each type of event cannot be without. */
const NEEDED = {
  open: ["path"],
  frame: ["from", "opcode"],
  closed: ["code"],
};

/** What an event may tell; everything else in it is let go. */
const FIELDS = new Map(
  Object.entries({
    from: (value) => value === "client" || value === "server",
    opcode: (value) => isString(value) && OPCODE.test(value),
    size: isCount,
    head: isHex,
    fin: isBoolean,
    compressed: isBoolean,
    masked: isBoolean,
    text: isString,
    hex: isHex,
    wire: isHex,
    cut: isBoolean,
    code: isCount,
    reason: isString,
    round_trip: Number.isFinite,
    // It follows a server's name, and must not become more of that.
    path: (value) => isString(value) && /^\/[!-~]*$/.test(value),
    query: isString,
    subprotocol: isString,
    extensions: isString,
    headers: areHeaders,
    answer: areHeaders,
  }),
);

/**
 * @param {any} value
 * @returns {WireEvent}
 * @throws {Error} in words, when that is no event
 */
export function checked(value) {
  const { type, connection, at, ...rest } = Object(value);
  need(Object.hasOwn(NEEDED, type), "its “type” is neither “open”, “frame” nor “closed”");
  need(isString(connection), "it has no “connection”");
  need(isMoment(at), "its “at” is no time");
  const known = Object.fromEntries(
    Object.entries(rest).filter(([name, one]) => FIELDS.get(name)?.(one)),
  );
  for (const name of NEEDED[type]) need(name in known, `its “${name}” is missing, or none`);
  return /** @type {any} */ ({ type, connection, at, ...known });
}

/**
 * @param {unknown} holds
 * @param {string} words
 */
export function need(holds, words) {
  if (!holds) throw new Error(words);
}

/**
 * JSON, or why it is none.
 * @param {string} text
 * @returns {{value?: any, why?: string}}
 */
export function parsed(text) {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { why: error.message };
  }
}

/** @param {unknown} value */
export function isMoment(value) {
  return isString(value) && !Number.isNaN(Date.parse(value));
}

function isString(value) {
  return typeof value === "string";
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function isBoolean(value) {
  return typeof value === "boolean";
}

function isHex(value) {
  return isString(value) && (value === "" || !NO_HEX.test(value));
}

function areHeaders(value) {
  return (
    Array.isArray(value) &&
    value.every((pair) => isString(pair?.[0]) && (pair[1] === null || isString(pair[1])))
  );
}
