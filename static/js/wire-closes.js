// Close codes where they show: what each means, and what the page does then.

const MEANS = {
  1000: "A normal end: whoever sent it has what it wanted.",
  1001: "Going away: the server stops, or the page is left.",
  1002: "A protocol error: a frame broke the rules of RFC 6455.",
  1003: "A kind of data that the other end does not take.",
  1005: "The close frame gave no code. This one is never on the wire.",
  1006: "The connection broke off without a close frame. This one is never on the wire.",
  1007: "Text that is not valid UTF-8.",
  1008: "Refused by a rule of the other end; the reason says which.",
  1009: "A message bigger than the other end takes.",
  1010: "The client wanted an extension that the server did not agree to.",
  1011: "An error inside the server.",
  1012: "The server restarts.",
  1013: "Try again later: too slow to take what is sent, or the server has too much to do.",
  1014: "A gateway got no good answer from the server behind it.",
  1015: "TLS failed. This one is never on the wire.",
  4408: "No sign of life within the time that a ping may take.",
};
const THEN = {
  1003: "The page stops: it would only be refused again.",
  1007: "The page stops: it would only be refused again.",
  1008: "The page stops: it would only be refused again.",
  1009: "The page comes back, and does not send again what was in flight.",
  1012: "The page comes back within the time that the goodbye named.",
  1013: "The page comes back, waiting longer each time, and catches up.",
};

/** What a close code means, in a sentence. @param {number} code */
export function explained(code) {
  return MEANS[code] ?? range(code);
}

/** What the page does after it. @param {number} code */
export function afterwards(code) {
  if (code >= 4500 && code <= 4999) return "The page stops.";
  return THEN[code] ?? "The page comes back by itself, after a random moment that grows.";
}

function range(code) {
  if (code >= 4500 && code <= 4999) return "An end for good, by an application.";
  if (code >= 4000) return "An application’s own code.";
  if (code >= 3000) return "A code that a library or a framework has registered.";
  return "A code that nobody has given a meaning.";
}
