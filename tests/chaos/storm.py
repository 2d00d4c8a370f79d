"""One chaos run: a server, its members and their nemesis; then everybody comes back."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from chaos.by_http import Events, Lines, Poller, Poster
from chaos.checker import Finding, check
from chaos.members import Listener, Member, identity, token
from chaos.nemesis import Nemesis
from chaos.proxy import Proxy
from chaos.publisher import Publisher
from chaos.reader import Reader
from chaos.recording import Place, Recording, Said
from chaos.talker import Talker
from chaos.victim import Victim, can_fill_disks

MISCHIEF = ("pause", "cut", "hold", "clock", "restart") + ("full_disk",) * can_fill_disks
OPTIONS = (
    "--ping-interval=1",
    "--ping-timeout=10",
    # Small, so that who holds still is cut soon and most of a backfill comes from the disk.
    "--max-message=16384",
    "--member-budget=32768",
)


@dataclass(frozen=True)
class Plan:
    """What a run is to be: so many of each kind (members.py), and as many `followers` by each way
    to read that HTTP has. `pace`: seconds between two things that one says."""

    seed: int
    messages: int = 5000
    kills: int = 10
    talkers: int = 20
    listeners: int = 4
    posters: int = 4
    followers: int = 4
    pace: float = 0.1
    mischief: tuple[str, ...] = MISCHIEF
    durability: str = "power"
    pull_plug: bool = False
    keep_messages: int = 100_000
    fault: str = ""
    patience: float = 300
    """Seconds that the storm may last."""
    settling: float = 15
    """Seconds that everybody has to come to the end of the log, after it."""

    def rng(self, part: str) -> Random:
        return Random(f"{self.seed} {part}")


@dataclass
class Result:
    """What came of a run; `deeds` is what the nemesis did and what the members met."""

    recording: Recording
    findings: list[Finding]
    deeds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0


class Stuck(Exception):
    """A run did not come to its end."""


async def storm(plan: Plan, data: Path) -> Result:
    """Runs it in the folder `data`; raises `Stuck`, or RuntimeError when the server fell."""
    begun = time.monotonic()
    options = (
        *OPTIONS,
        f"--durability={plan.durability}",
        f"--keep-messages={plan.keep_messages}",
    )
    victim = Victim(data, *options, fault=plan.fault, pulls_plug=plan.pull_plug)
    proxy = Proxy(victim.port, plan.rng("proxy"))
    try:
        await victim.start()
        await proxy.open()  # once the server has its port, which no other can be given now
        try:
            recording, deeds = await _weather(plan, victim, proxy)
        finally:
            await proxy.close()
    finally:
        await victim.kill()
    deeds["cuts in mid-frame"] = proxy.cuts
    return Result(recording, check(recording), deeds, time.monotonic() - begun)


async def _weather(plan: Plan, victim: Victim, proxy: Proxy) -> tuple[Recording, Counter[str]]:
    recording = Recording(keep=plan.keep_messages)
    members = await _members(plan, victim, proxy, recording)
    publishers = [member for member in members if isinstance(member, Publisher)]
    nemesis = Nemesis(plan.rng("nemesis"), victim, proxy, members)
    staying = [asyncio.create_task(member.stay()) for member in members]
    try:
        await _storm(plan, publishers, nemesis)
        await settle(victim, members, recording, plan.settling)
    finally:
        for member in members:
            await member.leave()
        await _end(staying)
    return recording, _deeds(nemesis, members)


async def _members(plan: Plan, victim: Victim, proxy: Proxy, recording: Recording) -> list[Member]:
    """Half of each kind are connected by the proxy, and half of those with a cursor begin at
    the head; whoever publishes is a person of their own."""

    def seat(letter: str, n: int) -> tuple[str, Random, int, Recording]:
        port = proxy.port if n % 2 else victim.port
        return f"{letter}{n:02}", plan.rng(f"{letter} {n}"), port, recording

    members: list[Member] = [Listener(*seat("l", n)) for n in range(plan.listeners)]
    for n in range(plan.talkers):
        cookie = await asyncio.to_thread(identity, victim.port)
        members.append(Talker(*seat("t", n), cookie=cookie, from_start=n % 4 < 2))
    for n in range(plan.posters):
        proof = await asyncio.to_thread(token, victim.port)
        members.append(Poster(*seat("p", n), *proof))
    for letter, kind in (("e", Events), ("n", Lines), ("w", Poller)):
        members += [kind(*seat(letter, n), from_start=n % 4 < 2) for n in range(plan.followers)]
    return members


async def _storm(plan: Plan, publishers: list[Publisher], nemesis: Nemesis) -> None:
    """Ends when all has been said, and every kill was done."""
    shares = list(zip(publishers, _shares(plan.messages, len(publishers)), strict=True))

    def progress() -> float:
        return sum(publisher.done for publisher in publishers) / plan.messages

    try:
        async with asyncio.timeout(plan.patience), asyncio.TaskGroup() as group:
            group.create_task(nemesis.kill(plan.kills, progress))
            group.create_task(nemesis.do_mischief(plan.mischief, progress))
            for publisher, share in shares:
                group.create_task(publisher.talk(share, plan.pace))
    except TimeoutError:
        late = [publisher.name for publisher, share in shares if publisher.done < share]
        raise Stuck(
            f"{progress():.1%} was said in {plan.patience:.0f} s; not done: {late},"
            f" deeds: {dict(nemesis.done)}"
        ) from None
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        await nemesis.end()


def _shares(messages: int, number: int) -> list[int]:
    """How much each has to say."""
    each, rest = divmod(messages, number)
    return [each + (n < rest) for n in range(number)]


async def settle(
    victim: Victim, members: Sequence[Member], recording: Recording, within: float
) -> None:
    """Everybody comes back, and gets to the end; somebody new reads it all from the start."""
    await asyncio.gather(*(member.come_back() for member in members))
    await asyncio.sleep(0.3)  # for what was still on its way
    auditor = Talker("auditor", Random("auditor"), victim.port, recording, from_start=True)
    reading = asyncio.create_task(auditor.stay())
    try:
        async with asyncio.timeout(within):
            await auditor.arrived()
            for member in (auditor, *members):
                if isinstance(member, Reader):
                    await member.reaches(Place(auditor.epoch, auditor.head))
    except TimeoutError:
        pass  # the checker says who has not
    finally:
        await auditor.leave()
        await _end([reading])
    recording.epoch, recording.oldest, recording.head = auditor.epoch, auditor.oldest, auditor.head
    mine = [c for c in recording.connections if c.member == auditor.name]
    recording.log = [event for c in mine for event in c.events if isinstance(event, Said)]


def _deeds(nemesis: Nemesis, members: list[Member]) -> Counter[str]:
    deeds = Counter(nemesis.done)
    for member in members:
        deeds["connections"] += member.connections
        deeds["cut as too slow"] += member.closes[1013]
        deeds[f"messages by {member.kind}"] += member.messages
        if isinstance(member, Publisher):
            deeds.update({f"refused: {code}": n for code, n in member.refusals.items()})
    return deeds


async def _end(tasks: list[asyncio.Task]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
