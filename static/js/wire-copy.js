// A connection as a line for a terminal or for a program: the same address, the same words.

/**
 * @typedef {{address: string, subprotocol?: string, text?: string}} Call
 *   `address` as "ws://127.0.0.1:8888/ws"; `text`: what to say first
 */

export const FORMS = {
  wscat,
  websocat,
  curl,
  Python: python,
  JavaScript: javascript,
};

/**
 * What a client of one's own would do to connect as this one did.
 * @param {import("./wire-log.js").WireEvent | undefined} opened
 * @param {string} origin
 * @param {string} [text]
 * @returns {Call}
 */
export function call(opened, origin, text) {
  const query = (opened?.query ?? "").split("&").filter((part) => part && !part.includes("…"));
  const address = `${origin}${opened?.path ?? "/ws"}${query.length ? `?${query.join("&")}` : ""}`;
  return { address, subprotocol: opened?.subprotocol, text };
}

function wscat({ address, subprotocol, text }) {
  const also = subprotocol ? ` -s ${quoted(subprotocol)}` : "";
  return `npx wscat -c ${quoted(address)}${also}${text === undefined ? "" : ` -w 1 -x ${quoted(text)}`}`;
}

function websocat({ address, subprotocol, text }) {
  const also = subprotocol ? ` --protocol ${quoted(subprotocol)}` : "";
  const say = text === undefined ? "" : `printf '%s\\n' ${quoted(text)} | `;
  return `${say}websocat${text === undefined ? "" : " --no-close"}${also} ${quoted(address)}`;
}

// curl says the handshake and shows the answer; frames are beyond most of its versions.
function curl({ address, subprotocol }) {
  const headers = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...(subprotocol ? [`Sec-WebSocket-Protocol: ${subprotocol}`] : []),
  ];
  const lines = headers.map((header) => ` \\\n  -H ${quoted(header)}`);
  return `curl -iN --http1.1${lines.join("")} \\\n  ${quoted(address.replace(/^ws/, "http"))}`;
}

function python({ address, subprotocol, text }) {
  const also = subprotocol ? `, subprotocols=[${JSON.stringify(subprotocol)}]` : "";
  return [
    "from websockets.sync.client import connect",
    "",
    `with connect(${JSON.stringify(address)}${also}) as socket:`,
    ...(text === undefined ? [] : [`    socket.send(${JSON.stringify(text)})`]),
    "    for message in socket:",
    "        print(message)",
  ].join("\n");
}

function javascript({ address, subprotocol, text }) {
  const also = subprotocol ? `, ${JSON.stringify(subprotocol)}` : "";
  return [
    `const socket = new WebSocket(${JSON.stringify(address)}${also});`,
    ...(text === undefined ? [] : [`socket.onopen = () => socket.send(${JSON.stringify(text)});`]),
    "socket.onmessage = ({ data }) => console.log(data);",
    "socket.onclose = ({ code, reason }) => console.log(code, reason);",
  ].join("\n");
}

function quoted(words) {
  return `'${words.replaceAll("'", `'\\''`)}'`;
}
