"""One chaos run: a server, its members and their nemesis; then everybody comes back."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from chaos.checker import check
from chaos.findings import Finding
from chaos.members import Member
from chaos.nemesis import Nemesis
from chaos.party import party
from chaos.plan import Plan
from chaos.proxy import Proxy
from chaos.publisher import Publisher
from chaos.reader import Reader
from chaos.recording import Place, Recording, Said
from chaos.talker import Talker
from chaos.victim import Victim

OPTIONS = (
    "--ping-interval=1",
    "--ping-timeout=10",
    # Small, so that who holds still is cut soon and most of a backfill comes from the disk.
    "--max-message=16384",
    "--member-budget=32768",
)


@dataclass
class Result:
    """What came of a run; `deeds` is what the nemesis did and what the members met."""

    recording: Recording
    findings: list[Finding]
    deeds: Counter[str] = field(default_factory=Counter)
    members: Sequence[Member] = ()
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
            recording, deeds, members = await _weather(plan, victim, proxy)
        finally:
            await proxy.close()
    finally:
        await victim.kill()
    deeds["cuts in mid-frame"] = proxy.cuts
    return Result(recording, check(recording), deeds, members, time.monotonic() - begun)


async def _weather(
    plan: Plan, victim: Victim, proxy: Proxy
) -> tuple[Recording, Counter[str], list[Member]]:
    recording = Recording(keep=plan.keep_messages)
    members = await party(plan, (victim.port, proxy.port), recording)
    nemesis = Nemesis(plan.rng("nemesis"), victim, proxy, members)
    staying = [asyncio.create_task(member.stay()) for member in members]
    try:
        await _storm(plan, [m for m in members if isinstance(m, Publisher)], nemesis)
        await settle(victim, members, recording, plan.settling)
    finally:
        for member in members:
            await member.leave()
        await _end(staying)
    return recording, _deeds(nemesis, members), members


async def _storm(plan: Plan, publishers: list[Publisher], nemesis: Nemesis) -> None:
    """Ends when all has been said, and every kill was done."""

    def progress() -> float:
        return sum(publisher.done for publisher in publishers) / plan.messages

    shares = _shares(plan.messages, len(publishers))
    try:
        async with asyncio.timeout(plan.patience), asyncio.TaskGroup() as group:
            group.create_task(nemesis.kill(plan.kills, progress))
            group.create_task(nemesis.do_mischief(plan.mischief, progress))
            for publisher, share in zip(publishers, shares, strict=True):
                group.create_task(publisher.talk(share, plan.pace))
    except TimeoutError:
        late = [p.name for p, share in zip(publishers, shares, strict=True) if p.done < share]
        raise Stuck(
            f"{progress():.1%} was said in {plan.patience:.0f} s; not done: {late},"
            f" deeds: {dict(nemesis.done)}"
        ) from None
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        await nemesis.end()


def _shares(messages: int, publishers: int) -> list[int]:
    """How much each has to say."""
    each, rest = divmod(messages, publishers)
    return [each + (n < rest) for n in range(publishers)]


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


def _deeds(nemesis: Nemesis, members: Sequence[Member]) -> Counter[str]:
    deeds = Counter(nemesis.done)
    for member in members:
        deeds["cut as too slow"] += member.closes[1013]
        if isinstance(member, Publisher):
            deeds.update({f"refused: {code}": n for code, n in member.refusals.items()})
    return deeds


async def _end(tasks: list[asyncio.Task]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
