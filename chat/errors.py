"""Every refusal and every close code, on one page.

A refusal is an answer: it says what was wrong and what to do, and costs nobody
else anything. Each carries what the edge needs to pass it on: its code on the
wire, its HTTP status, the code that closes a plain member (which has no other
way to be told), and whether the same thing may succeed later.
"""

from typing import ClassVar


class Refusal(Exception):
    """Something a client asked for that it does not get; `str()` is the words for it."""

    code: ClassVar[str]
    words: ClassVar[str]
    status: ClassVar[int] = 400
    close: ClassVar[int] = 1008
    retry_after: float | None = None

    def __init__(self, *, key: str | None = None, **details: object) -> None:
        super().__init__(self.words.format(**details))
        self.key = key


class BadJson(Refusal):
    code = "bad_json"
    words = "This is not a JSON object: {why}."


class BadCommand(Refusal):
    code = "bad_command"
    words = "The server does not understand this command: {why}."


class BinaryRefused(Refusal):
    code = "binary_refused"
    words = "This connection speaks JSON in text frames; connect without a subprotocol for binary."
    status = 415


class BadKey(Refusal):
    code = "bad_key"
    words = "A key is 1 to {longest} characters, new for each message; this one has {length}."


class EmptyText(Refusal):
    code = "empty_text"
    words = "There is nothing to read in this message: write something in `text`."


class KeyReused(Refusal):
    code = "key_reused"
    words = "This key was already used for something else: make a new key for each message."
    status = 409


class BadName(Refusal):
    code = "bad_name"
    words = "A name is 1 to {longest} visible characters: {why}."


class BadRoom(Refusal):
    code = "bad_room"
    words = "A room's name is 1 to {longest} visible characters: {why}."


class BadCursor(Refusal):
    code = "bad_cursor"
    words = "A cursor looks like epoch:id, as `welcome` and `message` give them, or is 0."


class BadSecret(Refusal):
    code = "bad_secret"
    words = "A secret for `wire` is 16 to 64 letters, digits, - and _, too much to guess."


class NotWatched(Refusal):
    code = "not_watched"
    words = "No connection {name} is being watched here: its `open` says what it is called."
    status = 404


class BadPayload(Refusal):
    code = "bad_payload"
    words = "Send one of `text`, `hex` (pairs of digits) and `base64`; {why}."


class BadClose(Refusal):
    code = "bad_close"
    words = (
        "A close has a code of 1000 to 1003, 1007 to 1014 or 3000 to 4999 and a reason of at most"
        " {longest} bytes, or neither."
    )


class BadEcho(Refusal):
    code = "bad_echo"
    words = "This echo cannot do that: {why}."


class BadQuery(Refusal):
    code = "bad_query"
    words = "What follows the ? in this address is not UTF-8: encode it with %."


class BadText(Refusal):
    code = "bad_text"
    words = "The text to publish is not UTF-8: send it as that."


class BadForm(Refusal):
    code = "bad_form"
    words = "A form needs a field `text` with what is to be said."


class UnknownType(Refusal):
    code = "unknown_type"
    words = "Publish text/plain, a form, or application/json with `text`; this is {type}."
    status = 415


class TooLong(Refusal):
    code = "too_long"
    words = "A message has at most {limit} bytes here; this one has {size}."
    status = 413
    close = 1009


class BadToken(Refusal):
    code = "bad_token"
    words = "This token proves nobody: get one by POST to /-/identity, or leave it out."
    status = 401


class NotOffered(Refusal):
    code = "not_offered"
    words = "A room can be had as text/plain, text/html or application/json."
    status = 406


class TooManyAtOnce(Refusal):
    code = "too_many"
    words = "Too much of yours waits to be stored: wait for an answer, then send this again."
    status = 429
    close = 1013
    retry_after = 1.0


class TooFast(Refusal):
    code = "too_fast"
    words = "You say too much in too short a time: send this again in {seconds} seconds."
    status = 429
    close = 1013

    def __init__(self, *, retry_after: float) -> None:
        self.retry_after = round(retry_after, 1)
        super().__init__(seconds=self.retry_after)


class TooManyOfYou(Refusal):
    code = "too_many_connections"
    words = "There may be {limit} connections from one address: close some of yours."
    status = 429
    close = 1013
    retry_after = 10.0


class TooManyRooms(Refusal):
    code = "too_many_rooms"
    words = "Somebody may be in {limit} rooms at once: leave one first."
    status = 429
    close = 1013
    retry_after = 10.0


class ServerFull(Refusal):
    code = "server_full"
    words = "There may be {limit} connections to this server, and there are: come back later."
    status = 503
    close = 1013
    retry_after = 10.0


class RoomFull(Refusal):
    code = "room_full"
    words = "There may be {limit} connections in this room, and there are: come back later."
    status = 503
    close = 1013
    retry_after = 10.0


class BadMethod(Refusal):
    code = "bad_method"
    words = "This address cannot do that: its header Allow says what it can."
    status = 405


class ForeignPage(Refusal):
    code = "foreign_page"
    words = "This came from a page of another site, which may not do that here."
    status = 403


class NothingHere(Refusal):
    code = "nothing_here"
    words = "Nothing here: the chat is at /, a room at /r/<name>, the echo console at /-/echo."
    status = 404


class BadRequest(Refusal):
    code = "bad_request"
    words = "The server cannot read this request: {why}."


class Bug(Refusal):
    code = "bug"
    words = "An error of ours: it is in the server's log."
    status = 500


class BadRange(Refusal):
    code = "bad_range"
    words = "Ask for what comes before an id or for what comes since a cursor, not for both."


class BadNumber(Refusal):
    code = "bad_number"
    words = "A whole number is needed for `{name}`, such as 50."


class NotFound(Refusal):
    code = "not_found"
    words = "There is no message {id} here."
    status = 404


class NotYours(Refusal):
    code = "not_yours"
    words = "Message {id} is somebody else's: only who wrote it can change it."
    status = 403


class Gone(Refusal):
    code = "gone"
    words = "Message {id} was deleted, or is no longer kept."
    status = 410


class StoreFull(Refusal):
    code = "store_full"
    words = "The server's disk is full: this was not kept. It will be taken once there is room."
    status = 507
    close = 1013
    retry_after = 5.0


class StoreFailed(Refusal):
    code = "store_failed"
    words = "The server cannot write to its log at the moment: this was not kept. Try again later."
    status = 503
    close = 1013
    retry_after = 5.0


class StoreDamaged(Refusal):
    code = "store_damaged"
    words = "The server's log is damaged, and a part of it cannot be read: its operator must look."
    status = 500
    close = 1013
    retry_after = 60.0


class Closing(Refusal):
    code = "closing"
    words = "The server is shutting down: come back in a moment and send this again."
    status = 503
    close = 1012
    retry_after = 1.0


# Close codes, RFC 6455 section 7.4 and the IANA registry; 4000-4499 are ours and
# ask for a reconnect, 4500-4999 would be ours and ask for none.
GOING_AWAY = 1001
TOO_BIG = 1009
BUG = 1011
RESTART = 1012
TRY_LATER = 1013
SILENT = 4408

CLOSE_REASONS = {
    GOING_AWAY: "the server is going away",
    TOO_BIG: "message too big",
    BUG: "an error inside the server",
    RESTART: "the server restarts, come back",
    TRY_LATER: "too slow, come back and catch up",
    SILENT: "no answer to a ping",
}
