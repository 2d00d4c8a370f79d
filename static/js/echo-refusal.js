// Why a handshake failed: a browser withholds the answer from pages. So the same address is asked
// for once more, as if it were a page, and the server says there what is wrong with it.

/** How an address that speaks WebSocket, and nothing else, answers to one who does not. */
const NO_PAGE = 426;
const BAD = 400;
/** The code of an answer that is what was asked for. */
const AS_ASKED = "as_asked";

const SILENT = "The server does not answer.";
const WITHHELD =
  "The server takes this address. What came of the handshake, browsers keep from pages.";
const REDIRECTED = "The server answered with a redirect, which browsers do not follow here.";

/**
 * @param {string} address of a WebSocket
 * @param {AbortSignal} [signal]
 * @returns {Promise<{words: string, final: boolean}>} `final`: the server will never take it
 */
export async function refusalOf(address, signal) {
  const url = address.replace(/^ws/, "http");
  const headers = { Accept: "application/json" };
  try {
    return inWords(await fetch(url, { headers, redirect: "manual", cache: "no-store", signal }));
  } catch {
    return { words: SILENT, final: false };
  }
}

async function inWords(answer) {
  if (answer.type === "opaqueredirect") return { words: REDIRECTED, final: false };
  if (answer.status === NO_PAGE) return { words: WITHHELD, final: false };
  const { detail, code } = await problem(answer);
  if (answer.status === BAD && code !== AS_ASKED) return { words: detail, final: true };
  const status = `${answer.status} ${answer.statusText}`.trim();
  return { words: `The server answered ${status}, and not 101.`, final: false };
}

// What is no problem (RFC 9457) is not from this server.
async function problem(answer) {
  try {
    return await answer.json();
  } catch {
    return { detail: `Something answered ${answer.status} in the server’s place.` };
  }
}
