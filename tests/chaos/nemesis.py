"""What happens to the server and its members during a run: at random, from a seed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from chaos.members import Member
from chaos.proxy import Proxy
from chaos.victim import Victim

DAY = 86400

Progress = Callable[[], float]
"""How much has been said, from 0 to 1."""


class Nemesis:
    """Kills when enough was said; does its other mischief in between."""

    def __init__(
        self, rng: Random, victim: Victim, proxy: Proxy, members: Sequence[Member]
    ) -> None:
        self.done: Counter[str] = Counter()
        self._rng = rng
        self._victim = victim
        self._proxy = proxy
        self._members = members
        self._holding: set[asyncio.Task] = set()
        self._away = asyncio.Lock()

    async def kill(self, times: int, progress: Progress) -> None:
        """kill -9, at `times` random moments; raises RuntimeError if the server falls by itself."""
        for moment in sorted(self._rng.uniform(0.05, 0.95) for _ in range(times)):
            await self._watch(progress, moment)
            async with self._away:
                await self._victim.kill()
                self.done["kills"] += 1
                await asyncio.sleep(self._rng.uniform(0, 0.3))
                await self._victim.start()
        await self._watch(progress, 1)

    async def do_mischief(self, kinds: Sequence[str], progress: Progress) -> None:
        """One thing after the other, as long as there is progress to be made; each kind once."""
        while progress() < 1 or not all(self.done[kind] for kind in kinds):
            for kind in self._rng.sample(kinds, len(kinds)):
                await asyncio.sleep(self._rng.uniform(0.1, 0.6))
                await getattr(self, f"_{kind}")()
                self.done[kind] += 1

    async def _watch(self, progress: Progress, moment: float) -> None:
        while progress() < moment:
            if self._victim.ended_by_itself:
                raise RuntimeError(f"the server ended by itself, see {self._victim.log}")
            await asyncio.sleep(0.01)

    def relent(self) -> None:
        """All is well again."""
        self._victim.go_on()
        self._victim.free_disk()

    async def end(self) -> None:
        self.relent()
        await asyncio.gather(*self._holding)

    async def _pause(self) -> None:
        """SIGSTOP, and after a while SIGCONT."""
        self._victim.pause()
        await asyncio.sleep(self._rng.uniform(0.2, 1.5))
        self._victim.go_on()

    async def _full_disk(self) -> None:
        """Nothing more fits for a while; or nothing can be written at all."""
        self._victim.fill_disk(self._rng.choice([None, 0]))
        await asyncio.sleep(self._rng.uniform(0.3, 1.5))
        self._victim.free_disk()

    async def _cut(self) -> None:
        self._proxy.cut(self._rng.uniform(0.2, 1))

    async def _hold(self) -> None:
        """Some members stop reading, while all else goes on."""
        for member in self._rng.sample(self._members, max(1, len(self._members) // 6)):
            holding = asyncio.create_task(member.hold(self._rng.uniform(0.5, 3)))
            self._holding.add(holding)
            holding.add_done_callback(self._holding.discard)

    async def _restart(self) -> None:
        """SIGTERM: it says goodbye, and comes again."""
        async with self._away:
            await self._victim.stop()
            await self._victim.start()

    async def _clock(self) -> None:
        """The wall clock jumps, back as often as ahead."""
        self._victim.step_clock(self._rng.uniform(-DAY, DAY))
