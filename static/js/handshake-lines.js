// The handshake line by line (RFC 6455 section 4): an HTTP request that asks for something that is
// not HTTP, and the answer that agrees. What the server showed nobody is not there to be drawn.

import { acceptance, GUID } from "./sha1.js";

/**
 * @typedef {{name: string, line: string, value: string, says: string, hidden?: boolean, plain?: boolean, step?: boolean}} Line
 * one line of a handshake; `plain`: HTTP alone, and nothing of a WebSocket
 */

const REQUEST = {
  host: "Which site is meant, since many may share an address. The server compares it with Origin.",
  upgrade: "Asks that this connection be something else from here on.",
  connection:
    "Says that Upgrade is meant for whoever reads this next, not for somebody further on. A proxy that does not know it has to take both out, and the handshake fails at once instead of half working.",
  origin:
    "Which site’s page asks. A browser always tells, and no page can make it lie: so a server keeps other sites’ pages from talking in its visitors’ name. This one refuses them with 403.",
  "sec-websocket-version":
    "13 is the version that RFC 6455 describes. The smaller numbers were drafts.",
  "sec-websocket-key":
    "16 random bytes in base64, new for each connection. They are no secret and protect no data. The server has to answer with a value made of them, which shows that it has read this request as a WebSocket’s, and that no cache answers with an old one.",
  "sec-websocket-extensions":
    "What the browser could do besides: compress messages, and let the server choose how much memory that may take.",
  "sec-websocket-protocol":
    "Which languages this page speaks over the connection, the dearest first.",
  cookie:
    "A handshake brings the site’s cookies, as every request does. The server shows nobody what is in them.",
};
const ANSWER = {
  upgrade: "Agreed: a WebSocket.",
  connection: "Agreed.",
  "sec-websocket-accept":
    "Made of the key of the request, as shown below. If it were another, the browser would hang up.",
  "sec-websocket-extensions":
    "What was agreed on of what was offered. Here every message is compressed by itself, so that one that goes to many is compressed only once.",
  "sec-websocket-protocol": "The one language of those offered that the server chose.",
};
const ORDINARY =
  "Ordinary HTTP: the browser sends it with every request, and the handshake makes nothing of it.";
const NOT_SHOWN = "not shown";

/**
 * The request as its lines, the empty one at the end included.
 * @param {{path: string, query?: string, headers: [string, string | null][]}} opened
 * @returns {Line[]}
 */
export function requestLines({ path, query, headers }) {
  const address = query ? `${path}?${query}` : path;
  return [
    {
      name: "request line",
      line: `GET ${address} HTTP/1.1`,
      value: "a request like any other",
      says: "Method, address and version: to a proxy or a log this is a page being asked for. After wire= stands the secret by which this page watches its own connection; the server shows it to nobody.",
    },
    ...headers.map((header) => headerLine(header, REQUEST)),
    END,
  ];
}

/**
 * @param {{answer: [string, string][]}} opened
 * @returns {Line[]}
 */
export function answerLines({ answer }) {
  return [
    {
      name: "status line",
      line: "HTTP/1.1 101 Switching Protocols",
      value: "yes",
      says: "Anything but 101 means no, and is an ordinary answer of HTTP with a reason in it.",
    },
    ...answer.map((header) => headerLine(header, ANSWER)),
    { ...END, says: "An empty line ends it. The next byte, either way, is the first of a frame." },
  ];
}

/**
 * How the accept value comes of the key, one step a line.
 * @param {[string, string | null][]} headers of the request
 * @returns {Line[]}
 */
export function acceptLines(headers) {
  const key = valueIn(headers, "sec-websocket-key");
  const { digest, accept } = acceptance(key);
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const steps = [
    {
      name: "key",
      line: key,
      value: "from the request",
      says: "As it stands there: the base64 itself, not the bytes that it is of.",
    },
    {
      name: "+ GUID",
      line: GUID,
      value: "always the same",
      says: "Put behind the key. It stands in RFC 6455 and was picked because nobody who knows nothing of WebSockets would ever use it.",
    },
    {
      name: "SHA-1",
      line: hex,
      value: "20 bytes",
      says: "The digest of the two together, computed by this page just now. SHA-1 is no longer fit to keep secrets; here there is none to keep.",
    },
    {
      name: "base64",
      line: accept,
      value: "the accept value",
      says: "The digest in base64: what the server has to say, and did.",
    },
  ];
  return steps.map((step) => ({ ...step, step: true }));
}

/**
 * @param {[string, string | null][]} headers
 * @param {string} name in small letters
 */
export function valueIn(headers, name) {
  return headers.find(([one]) => one.toLowerCase() === name)?.[1] ?? "";
}

const END = {
  name: "the end",
  line: "",
  value: "0d 0a",
  says: "Each line ends in the two bytes 0d 0a, and an empty line ends the request. It has no body.",
};

function headerLine([name, value], words) {
  const says = words[name.toLowerCase()];
  return {
    name,
    line: `${name}: ${value ?? NOT_SHOWN}`,
    hidden: value === null,
    plain: !says,
    value: says ? "" : "not of the WebSocket",
    says: says ?? ORDINARY,
  };
}
