// Why a handshake failed: a browser withholds the answer from pages. So the same address is asked
// for as if it were a page, and the server says there what it would have to a socket.

/** How an address that speaks WebSocket, and nothing else, answers to one who does not. */
const NO_PAGE = 426;
const BAD = 400;

/**
 * @param {string} address of a WebSocket
 * @param {AbortSignal} [signal]
 * @returns {Promise<{words: string, final: boolean}>} `final`: it would be refused again
 */
export async function refusalOf(address, signal) {
  const how = {
    headers: { Accept: "application/json" },
    redirect: "manual",
    cache: "no-store",
    signal,
  };
  try {
    return inWords(await fetch(address.replace(/^ws/, "http"), /** @type {RequestInit} */ (how)));
  } catch {
    return { words: "The server does not answer.", final: false };
  }
}

async function inWords(answer) {
  if (answer.type === "opaqueredirect") return { words: REDIRECTED, final: false };
  if (answer.status === NO_PAGE) return { words: BROWSER, final: false };
  if (answer.status === BAD) return { words: await detail(answer), final: true };
  return {
    words: `The server answered ${answer.status}${named(answer)}, and not 101.`,
    final: false,
  };
}

const REDIRECTED = "The server answered with a redirect, which no browser follows here.";
const BROWSER =
  "The server agreed to this address, so it was the browser that did not take its answer.";

function named({ statusText }) {
  return statusText && ` ${statusText}`;
}

// As a problem (RFC 9457), or as text that begins with the status.
async function detail(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text).detail;
  } catch {
    return text.replace(/^\d{3} /, "").trim();
  }
}
