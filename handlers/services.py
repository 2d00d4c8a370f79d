"""What handlers are handed: made once, in server.py, and the same for all of them."""

from dataclasses import dataclass

from chat.hub import Hub
from chat.liveness import Liveness
from handlers.assets import Assets
from handlers.engine.roads import Roads
from handlers.gate import Gate
from handlers.tap import Taps


@dataclass(frozen=True)
class Services:
    """`max_message` and `member_budget` are bytes; `mode` is "broadcast" or "echo"."""

    mode: str
    hub: Hub
    liveness: Liveness
    taps: Taps
    roads: Roads
    assets: Assets
    gate: Gate
    max_message: int
    member_budget: int
    allow_origin: tuple[str, ...] = ()
