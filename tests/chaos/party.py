"""Who takes part in a run: half of each kind by the proxy, and half of them from the start."""

import asyncio

from chaos.by_http import Events, Lines, Poller, Poster
from chaos.members import Listener, Member, identity, token
from chaos.plan import Plan
from chaos.recording import Recording
from chaos.talker import Talker

FOLLOWERS = {"e": Events, "n": Lines, "w": Poller}


async def party(plan: Plan, ports: tuple[int, int], recording: Recording) -> list[Member]:
    """The members; each that publishes is a person of its own.

    `ports`: the server's, and the proxy's.
    """

    def seat(letter: str, n: int) -> tuple:
        name = f"{letter}{n:02}"
        return name, plan.rng(name), ports[n % 2], recording

    cookies = [await asyncio.to_thread(identity, ports[0]) for _ in range(plan.talkers)]
    tokens = [await asyncio.to_thread(token, ports[0]) for _ in range(plan.posters)]
    return [
        *(
            Talker(*seat("t", n), cookie=cookie, from_start=n % 4 < 2)
            for n, cookie in enumerate(cookies)
        ),
        *(Poster(*seat("p", n), token=token_, person=id) for n, (token_, id) in enumerate(tokens)),
        *(Listener(*seat("l", n)) for n in range(plan.listeners)),
        *(
            kind(*seat(letter, n), from_start=n % 4 < 2)
            for letter, kind in FOLLOWERS.items()
            for n in range(plan.followers)
        ),
    ]
