// What breaks clients, each with what a good one does. Sections are those of RFC 6455, unless it
// says otherwise.

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {Record<string, string>} faults what the echo is asked for
 * @property {string[]} [say] what this page sends to show it, once it is connected
 * @property {string} good what a good client does
 */

/** @type {Case[]} */
export const CASES = [
  {
    name: "Reset right after the handshake",
    faults: { abort: "0" },
    good: "Takes it for a lost connection, which is code 1006 (section 7.1.5), and comes back after a random moment. Since that helps no more than before, it waits longer each time (7.2.3): a handshake alone is no success.",
  },
  {
    name: "Reset in the middle",
    faults: { abort: "2" },
    say: ["one", "two", "three"],
    good: "Comes back, and says what became of each message: of the third nobody can know. It sends that one again only if the server would know it for the same.",
  },
  {
    name: "Restart",
    faults: { close_after: "1", code: "1012", reason: "back soon" },
    say: ["one"],
    good: "Answers the close with a close (section 5.5.1) and is back within seconds, at a random moment, so that not all clients are back at once. If it is sent away again, it waits longer.",
  },
  {
    name: "Try again later",
    faults: { close_after: "0", code: "1013" },
    good: "Waits, longer each time, and at random. Who comes back at once makes an overloaded server’s trouble worse.",
  },
  {
    name: "Refused for good",
    faults: { close_after: "1", code: "1008", reason: "not in this house" },
    say: ["one"],
    good: "Stops, and shows the reason: a policy (section 7.4.1) will be the same in a second. Only a person connects again.",
  },
  {
    name: "A code of its own, and a long reason",
    faults: {
      close_after: "1",
      code: "4000",
      reason:
        "As long as a reason may be: one hundred and twenty-three bytes, among them letters of more than one byte: äöüß, 世界.",
    },
    say: ["one"],
    good: "Hands the code and the whole reason, 123 bytes of UTF-8 (section 5.5), to whoever uses it: 4000 to 4999 are the application’s (7.4.2). Where it knows no better, it takes the code for a lost connection.",
  },
  {
    name: "No pong",
    faults: { no_pong: "1" },
    say: ["one"],
    good: "If it pings, it gives up when no pong has come for a while, and connects anew: every ping must be answered (section 5.5.2). A page cannot ping, and so sees nothing wrong here.",
  },
  {
    name: "Mute",
    faults: { mute: "1" },
    say: ["is anybody there?"],
    good: "Does not take an open connection for one that works. It shows what is still unanswered, and gives up after a time of its own.",
  },
  {
    name: "Three in ten lost, three in ten twice",
    faults: { drop: "0.3", duplicate: "0.3", seed: "7" },
    say: Array.from({ length: 20 }, (_, at) => `message ${at + 1}`),
    good: "Tells answers apart by what is in them, and not by counting: one that is missing shifts none of the others, one that comes twice counts once.",
  },
  {
    name: "One byte at a time",
    faults: { chunk: "1" },
    say: ["A frame is not a packet."],
    good: "Reads until it has a whole frame, be it that even its header comes in pieces. TCP carries bytes; where a read ends means nothing.",
  },
  {
    name: "Fragments of one byte",
    faults: { fragment: "1" },
    say: ["Grüße, 世界 🦦"],
    good: "Puts the message together (section 5.4) and only then looks whether it is UTF-8: a fragment may end within a letter (5.6). It answers pings that come in between.",
  },
  {
    name: "Late, and unevenly",
    faults: { delay: "500", jitter: "1500" },
    say: ["one", "two", "three"],
    good: "Goes on sending while it waits, says that it waits, and does not take slowness for loss: order is kept, so what is late is still to come.",
  },
  {
    name: "A ping every 10 ms",
    faults: { ping_every: "10" },
    say: ["one"],
    good: "Answers each with the same bytes, or only the latest when there are many (section 5.5.3), and is not kept from anything else by it. A page never hears of them: its browser answers.",
  },
  {
    name: "Message too big",
    faults: { max: "16" },
    say: ["seventeen letters"],
    good: "Understands 1009 (section 7.4.1): it comes back, and does not send the same message again, which would only close the next connection.",
  },
  {
    name: "No compression",
    faults: { compress: "0" },
    say: ["plain ".repeat(50)],
    good: "Offers compression, is not taken up on it, and goes on without (section 9.1).",
  },
  {
    name: "Everything compressed",
    faults: { compress: "1" },
    say: ["a", "", "aaaaaaaaaaaaaaaaaaaaaaaa"],
    good: "Inflates what has RSV1 set, however short, even when it has become longer by being compressed (RFC 7692, section 6). One that offered no compression is sent none.",
  },
  {
    name: "A slow handshake",
    faults: { handshake_delay: "4000" },
    say: ["at last"],
    good: "Shows that it is connecting, opens no second connection meanwhile (section 4.1 allows one at a time), keeps what is to be sent, and gives up after a time of its own.",
  },
  {
    name: "503 instead of a handshake",
    faults: { handshake_status: "503" },
    good: "Takes anything but 101 for a failure (section 4.1) and tries again later, waiting longer each time. It shows the status if it may see it; a page may not.",
  },
  {
    name: "A redirect instead of a handshake",
    faults: { handshake_status: "302" },
    good: "Follows it, or fails: no client has to follow (section 4.1), and browsers do not. It does not take it for open.",
  },
  {
    name: "A subprotocol that nobody offered",
    faults: { subprotocol: "made-up" },
    good: "Fails the connection (section 4.1): the server would speak something that it does not. Who accepts that is told apart here from who checks.",
  },
];
