"""Broadcast: every message to every member, the sender included, in one order for all."""

import asyncio
import json
import re
import zlib

import pytest

from clients import BINARY, JSON, TEXT
from handlers.engine.deflate import inflate
from handlers.wires import JsonWire, PlainWire, wire

pytestmark = pytest.mark.every_road


async def test_a_message_reaches_every_member_and_its_sender(clients):
    ada, bob = await clients.json("Ada"), await clients.json("Bob")
    await ada.say("hello")
    at_ada, at_bob = await ada.event("message"), await bob.event("message")
    assert at_ada == at_bob
    assert at_bob["text"] == "hello"
    assert at_bob["from"] == ada.welcome["you"]
    assert at_bob["id"] == ada.welcome["head"] + 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", at_bob["at"])


async def test_all_members_see_one_order(clients):
    members = [await clients.json(f"M{n}") for n in range(5)]
    for number in range(20):
        for member in members:
            await member.say(f"{number} of {member.welcome['you']['name']}")
    logs = [[await member.event("message") for _ in range(100)] for member in members]
    assert [message["id"] for message in logs[0]] == list(range(1, 101))
    assert all(log == logs[0] for log in logs)


async def test_plain_members_get_what_was_sent_byte_for_byte(clients):
    one, other = await clients.raw(), await clients.raw()
    for opcode, payload in [(TEXT, "<b>hé</b>".encode()), (BINARY, b"\x00\xff"), (TEXT, b"")]:
        one.send(opcode, payload)
        assert await one.frame() == (opcode, payload)
        assert await other.frame() == (opcode, payload)


async def test_plain_and_json_members_hear_each_other(clients):
    json_member, plain = await clients.json("Ada"), await clients.plain()
    await plain.send("from a terminal")
    assert (await json_member.event("message"))["text"] == "from a terminal"
    assert await plain.receive() == "from a terminal"
    await plain.send(b"\x00\x01")
    message = await json_member.event("message")
    assert message["data"] == "AAE="
    assert "text" not in message
    assert await plain.receive() == b"\x00\x01"
    await json_member.say("from a page")
    assert await plain.receive() == "from a page"


COMPRESSED = "Sec-WebSocket-Extensions: permessage-deflate\r\n"


async def test_what_is_long_goes_compressed_to_those_who_agreed_to_it(clients):
    one, other = await clients.raw("/ws", COMPRESSED), await clients.raw("/ws", COMPRESSED)
    plain = await clients.raw()
    long, short = b"again and " * 100, b"short"
    for text in (long, short, long):
        plain.send(TEXT, text)
        assert await plain.frame() == (TEXT, text)
        assert not plain.compressed
        (_, small), (_, same) = await one.frame(), await other.frame()
        assert small == same
        assert one.compressed is (text is long)
        assert (inflate(small, 65536) if text is long else small) == text


async def test_what_is_said_compressed_is_heard_by_all(clients):
    one, plain = await clients.raw("/ws", COMPRESSED), await clients.plain()
    deflate = zlib.compressobj(wbits=-15)
    small = deflate.compress(b"squeezed") + deflate.flush(zlib.Z_SYNC_FLUSH)
    one.send(TEXT, small[:-4], rsv=4)
    assert await plain.receive() == "squeezed"


def test_who_shares_a_way_of_writing_shares_the_wire():
    assert wire(JsonWire, 15) is wire(JsonWire, 15)
    assert len({wire(JsonWire, None), wire(JsonWire, 15), wire(PlainWire, 15)}) == 3


async def test_a_terminal_can_ask_for_names_before_the_text(clients):
    ada, terminal = await clients.json("Ada"), await clients.plain("/ws?names")
    await ada.say("hello")
    assert await terminal.receive() == "Ada: hello"
    await terminal.send(b"\x01")
    assert await terminal.receive() == b"\x01"


async def test_an_unknown_subprotocol_is_not_agreed_to_and_the_client_is_plain(clients):
    stranger = await clients.plain("/ws", "chat.v9")
    assert stranger.socket.selected_subprotocol is None
    await stranger.send("hello")
    assert await stranger.receive() == "hello"


async def test_the_ack_follows_the_senders_own_copy(clients):
    ada = await clients.json("Ada")
    await ada.say("hello", key="k1")
    events = [json.loads(await ada.receive()) for _ in range(2)]
    assert [event["type"] for event in events] == ["message", "ack"]
    assert events[1] == {"type": "ack", "key": "k1", "id": events[0]["id"]}


async def test_a_resent_message_is_kept_once_and_acked_as_a_duplicate(clients):
    ada = await clients.json("Ada")
    await ada.say("hello", key="k1")
    first = await ada.event("ack")
    await ada.say("hello", key="k1")
    assert await ada.event("ack") == {**first, "duplicate": True}
    await ada.say("next", key="k2")
    assert (await ada.event("message"))["id"] == first["id"] + 1


async def test_the_same_key_twice_in_one_turn_is_one_message(clients):
    ada, bob = await clients.json("Ada"), await clients.json("Bob")
    await asyncio.gather(ada.say("hello", key="k"), ada.say("hello", key="k"))
    acks = [await ada.event("ack"), await ada.event("ack")]
    assert [ack.get("duplicate", False) for ack in acks] == [False, True]
    assert (await bob.event("message"))["text"] == "hello"
    await ada.say("next")
    assert (await bob.event("message"))["text"] == "next"


async def test_other_words_under_a_known_key_are_refused(clients):
    ada = await clients.json("Ada")
    await ada.say("hello", key="k1")
    await ada.event("ack")
    await ada.say("something else", key="k1")
    refusal = await ada.event("error")
    assert (refusal["code"], refusal["key"]) == ("key_reused", "k1")


async def test_two_people_may_use_the_same_key(clients):
    ada, bob = await clients.json("Ada"), await clients.json("Bob")
    await ada.say("mine", key="k")
    await ada.event("ack")
    await bob.say("mine", key="k")
    assert "duplicate" not in await bob.event("ack")


REFUSED = [
    ("not JSON", "bad_json"),
    ('{"type":"say","key":"k"', "bad_json"),
    ("[]", "bad_command"),
    ("{}", "bad_command"),
    ('{"type":"fly"}', "bad_command"),
    ('{"type":"say","key":"k"}', "bad_command"),
    ('{"type":"say","key":1,"text":"x"}', "bad_command"),
    ('{"type":"say","key":"","text":"x"}', "bad_key"),
    ('{"type":"say","key":"%s","text":"x"}' % ("k" * 65), "bad_key"),
    ('{"type":"say","key":"k","text":" \\n"}', "empty_text"),
    ('{"type":"rename","name":""}', "bad_name"),
    ('{"type":"rename","name":"%s"}' % ("n" * 41), "bad_name"),
    ('{"type":"rename","name":"a\\u202eb"}', "bad_name"),
    ('{"x":' + "[" * 30_000, "bad_json"),
    ('{"type":"say","key":"k","text":"\\ud800"}', "bad_json"),
    (b"\x00", "binary_refused"),
]


@pytest.mark.parametrize(("frame", "code"), REFUSED, ids=[str(pair[0])[:40] for pair in REFUSED])
async def test_bad_input_is_answered_in_words_and_the_connection_lives(clients, frame, code):
    ada, bob = await clients.json("Ada"), await clients.json("Bob")
    await ada.send(frame)
    refusal = await ada.event("error")
    assert refusal["code"] == code
    assert len(refusal["message"]) > 20
    await ada.say("still here")
    assert (await bob.event("message"))["text"] == "still here"


async def test_a_bad_name_at_the_door_is_refused_in_words_and_its_owner_is_a_guest(clients):
    member = await clients.json("%E2%80%8B")
    assert member.welcome["you"]["name"] == "guest"
    assert (await member.event("error"))["code"] == "bad_name"


async def test_unknown_fields_are_ignored(clients):
    ada = await clients.json("Ada")
    await ada.command("say", key="k", text="hello", mood="good")
    assert (await ada.event("message"))["text"] == "hello"


async def test_welcome_says_who_is_here_and_where_the_log_stands(clients):
    ada = await clients.json("Ada")
    await ada.say("one")
    await ada.event("ack")
    bob = await clients.json("Bob")
    welcome = bob.welcome
    assert (welcome["room"], welcome["head"], welcome["oldest"]) == ("lobby", 1, 1)
    assert welcome["epoch"] == ada.welcome["epoch"]
    assert [person["name"] for person in welcome["people"]] == ["Ada", "Bob"]
    assert welcome["count"] == 2
    assert welcome["limits"] == {"message": 65536, "name": 40, "key_days": 7.0}
    assert welcome["heartbeat"] == 20


async def test_presence_tells_who_came_was_renamed_and_left(clients):
    ada = await clients.json("Ada")
    bob = await clients.json("Bob")
    news = await ada.event("presence")
    assert bob.welcome["you"] in news["joined"]
    await bob.command("rename", name="Robert")
    news = await ada.event("presence")
    assert news["renamed"] == [{"id": bob.welcome["you"]["id"], "name": "Robert"}]
    await bob.say("it is me")
    assert (await ada.event("message"))["from"]["name"] == "Robert"
    await bob.close()
    news = await ada.event("presence")
    assert (news["left"], news["count"]) == ([bob.welcome["you"]["id"]], 1)


async def test_whoever_comes_and_goes_within_a_second_is_not_told_of(clients):
    ada = await clients.json("Ada")
    await ada.event("presence")
    await (await clients.json("Flash")).close()
    bob = await clients.json("Bob")
    assert (await ada.event("presence"))["joined"] == [bob.welcome["you"]]


async def test_names_are_composed_and_their_white_space_folded(clients):
    member = await clients.json("A%20%20da%20e%CC%81")
    assert member.welcome["you"]["name"] == "A da é"


async def test_ping_me_brings_a_ping(clients):
    member = await clients.raw("/ws", f"Sec-WebSocket-Protocol: {JSON}\r\n")
    member.send(TEXT, b'{"type":"ping_me"}')
    payload = await member.until(9)
    assert float(payload) > 0


@pytest.mark.options("--rate=0")
async def test_one_flooding_member_reaches_everybody_whole(clients):
    flooder, listener = await clients.raw(), await clients.raw()
    for number in range(2000):
        flooder.send(TEXT, b"%d" % number)
    assert [int((await listener.frame())[1]) for _ in range(2000)] == list(range(2000))


@pytest.mark.options("--store=memory:")
@pytest.mark.parametrize(("count", "size", "most"), [(200, 10, 65), (12, 60_000, 5)])
async def test_a_members_reading_pauses_while_much_of_its_own_waits_for_the_log(
    clients, history, count, size, most
):
    held = []
    history._soon = held.append
    flooder, other = await clients.raw(), await clients.plain()
    for number in range(count):
        flooder.send(TEXT, b"%d " % number + b"x" * size)
    for turn in range(10):
        await other.send(f"read meanwhile {turn}")
        while f"read meanwhile {turn}" not in [draft.body for draft, _ in history._waiting]:
            await asyncio.sleep(0.005)
    assert len(history._waiting) <= most + 10
    history._soon = asyncio.get_running_loop().call_soon
    held[0]()
    heard = [(await flooder.until(TEXT)).split()[0] for _ in range(count + 10)]
    assert [int(number) for number in heard if number != b"read"] == list(range(count))


async def test_rooms_are_forgotten_when_the_last_member_leaves(clients, services):
    ada = await clients.json("Ada")
    assert list(dict(services.hub.alive())) == ["lobby"]
    await ada.close()
    while dict(services.hub.alive()):
        await asyncio.sleep(0.005)
