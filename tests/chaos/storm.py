"""One chaos run: a server, its members and their nemesis; then everybody comes back."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from chaos.checker import Finding, check
from chaos.members import Listener, Member, identity
from chaos.nemesis import Nemesis
from chaos.proxy import Proxy
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
    """What a run is to be. `pace`: seconds between two things that one talker says."""

    seed: int
    messages: int = 5000
    kills: int = 10
    talkers: int = 20
    listeners: int = 4
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
    talkers = await _talkers(plan, victim, proxy, recording)
    listeners = _listeners(plan, victim, proxy, recording)
    members: list[Member] = [*talkers, *listeners]
    nemesis = Nemesis(plan.rng("nemesis"), victim, proxy, members)
    staying = [asyncio.create_task(member.stay()) for member in members]
    try:
        await _storm(plan, talkers, nemesis)
        await settle(victim, members, recording, plan.settling)
    finally:
        for member in members:
            await member.leave()
        await _end(staying)
    return recording, _deeds(nemesis, talkers, listeners)


async def _talkers(plan: Plan, victim: Victim, proxy: Proxy, recording: Recording) -> list[Talker]:
    """Each is a person of its own; half of them are connected by the proxy."""
    cookies = [await asyncio.to_thread(identity, victim.port) for _ in range(plan.talkers)]
    return [
        Talker(
            f"t{n:02}",
            plan.rng(f"talker {n}"),
            proxy.port if n % 2 else victim.port,
            cookie,
            recording,
            from_start=n % 4 < 2,
        )
        for n, cookie in enumerate(cookies)
    ]


def _listeners(plan: Plan, victim: Victim, proxy: Proxy, recording: Recording) -> list[Listener]:
    return [
        Listener(
            f"l{n}", plan.rng(f"listener {n}"), proxy.port if n % 2 else victim.port, recording
        )
        for n in range(plan.listeners)
    ]


async def _storm(plan: Plan, talkers: list[Talker], nemesis: Nemesis) -> None:
    """Ends when all has been said, and every kill was done."""

    def progress() -> float:
        return sum(talker.done for talker in talkers) / plan.messages

    try:
        async with asyncio.timeout(plan.patience), asyncio.TaskGroup() as group:
            group.create_task(nemesis.kill(plan.kills, progress))
            group.create_task(nemesis.do_mischief(plan.mischief, progress))
            for talker, share in zip(talkers, _shares(plan), strict=True):
                group.create_task(talker.talk(share, plan.pace))
    except TimeoutError:
        shares = zip(talkers, _shares(plan), strict=True)
        late = [talker.name for talker, share in shares if talker.done < share]
        raise Stuck(
            f"{progress():.1%} was said in {plan.patience:.0f} s; not done: {late},"
            f" deeds: {dict(nemesis.done)}"
        ) from None
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        await nemesis.end()


def _shares(plan: Plan) -> list[int]:
    """How much each talker has to say."""
    each, rest = divmod(plan.messages, plan.talkers)
    return [each + (n < rest) for n in range(plan.talkers)]


async def settle(
    victim: Victim, members: Sequence[Member], recording: Recording, within: float
) -> None:
    """Everybody comes back, and gets to the end; somebody new reads it all from the start."""
    await asyncio.gather(*(member.come_back() for member in members))
    await asyncio.sleep(0.3)  # for what was still on its way
    auditor = Talker("auditor", Random("auditor"), victim.port, "", recording, from_start=True)
    reading = asyncio.create_task(auditor.stay())
    try:
        async with asyncio.timeout(within):
            await auditor.arrived()
            for member in (auditor, *members):
                if isinstance(member, Talker):
                    await member.reaches(Place(auditor.epoch, auditor.head))
    except TimeoutError:
        pass  # the checker says who has not
    finally:
        await auditor.leave()
        await _end([reading])
    recording.epoch, recording.oldest, recording.head = auditor.epoch, auditor.oldest, auditor.head
    mine = [c for c in recording.connections if c.member == auditor.name]
    recording.log = [event for c in mine for event in c.events if isinstance(event, Said)]


def _deeds(nemesis: Nemesis, talkers: list[Talker], listeners: list[Listener]) -> Counter[str]:
    deeds = Counter(nemesis.done)
    for member in [*talkers, *listeners]:
        deeds["connections"] += member.connections
        deeds["cut as too slow"] += member.closes[1013]
    for talker in talkers:
        deeds.update({f"refused: {code}": n for code, n in talker.refusals.items()})
    return deeds


async def _end(tasks: list[asyncio.Task]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
