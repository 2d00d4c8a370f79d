// Only http and https become links; everything else that people write stays text.

const CANDIDATE = /\bhttps?:\/\/[^\s<>"“”]+/gi;
const TRAILING = new Set(".,;:!?'’*_~»");
const OPENERS = { ")": "(", "]": "[", "}": "{" };

/**
 * A text cut into plain parts and links, in order; joined again they are the text.
 * @param {string} text
 * @returns {{text: string, href?: string}[]}
 */
export function parts(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const address = trimmed(match[0]);
    const href = hrefOf(address);
    if (!href) continue;
    found.push({ text: text.slice(end, match.index) }, { text: address, href });
    end = match.index + address.length;
  }
  found.push({ text: text.slice(end) });
  return found.filter((part) => part.text !== "");
}

// The full stop after an address ends the sentence, and a bracket belongs to the address only if
// it was opened inside it: (see https://example.org/a_(b)). Each character is looked at once or
// twice, however long the row of brackets that somebody sends.
function trimmed(address) {
  const surplus = closersTooMany(address);
  let end = address.length;
  while (isTrailing(address[end - 1], surplus)) end--;
  return address.slice(0, end);
}

function isTrailing(character, surplus) {
  return TRAILING.has(character) || (character in OPENERS && surplus[character]-- > 0);
}

function closersTooMany(address) {
  const counts = {};
  for (const character of address) counts[character] = (counts[character] ?? 0) + 1;
  const too = ([closer, opener]) => [closer, (counts[closer] ?? 0) - (counts[opener] ?? 0)];
  return Object.fromEntries(Object.entries(OPENERS).map(too));
}

function hrefOf(address) {
  try {
    return new URL(address).href;
  } catch {
    return null;
  }
}
