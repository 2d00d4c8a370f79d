"""What can be asked of the server, and the words for what cannot.

Options come from the command line and from a file (`--config`), the command line
wins. Each is checked here, once, before anything starts.
"""

from __future__ import annotations

import os
import select
import sys
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from tornado.options import Error, OptionParser

MODES = ("broadcast", "echo")
FLAGS = ("lan", "dev")
LOOPBACK = "127.0.0.1"
DAY = 86400.0
CENTURY = 36525
DURABILITIES = ("power", "process")
ENGINES = ("auto", "epoll", "iostream")
LEVELS = ("debug", "info", "warning", "error")


class BadOption(Exception):
    """An option that cannot be; `str()` says which and what to write instead."""


@dataclass(frozen=True)
class Settings:
    """The options, checked. Intervals are seconds, sizes bytes."""

    port: int
    address: str
    lan: bool
    mode: str
    data: Path
    store: str
    durability: str
    keep_messages: int
    keep_days: float
    key_days: float
    allow_origin: tuple[str, ...]
    ping_interval: float
    ping_timeout: float
    max_message: int
    member_budget: int
    total_budget: int
    max_members: int
    max_room_members: int
    max_address_members: int
    max_rooms: int
    rate: float
    address_rate: float
    engine: str
    logging: str
    dev: bool


def options() -> OptionParser:
    """Every option with its default and its help."""
    parser = OptionParser()
    define = parser.define
    define("port", 8888, int, "port to listen on; 0 takes a free one and says which")
    define("address", "", str, f"address to listen on; default: {LOOPBACK}, this machine alone")
    define("lan", False, bool, "let everybody on the network in, and show a QR code to scan")
    define("mode", "broadcast", str, "what / and /ws are", metavar="|".join(MODES))
    define("config", "", str, 'file of options, one a line, such as: mode = "echo"', metavar="FILE")
    define("data", "", str, "folder to keep things in; default: ./data", metavar="DIR")
    define("store", "", str, "sqlite:PATH, or memory: to keep nothing; default: in --data")
    define("durability", "power", str, "what an ack survives", metavar="|".join(DURABILITIES))
    define("keep_messages", 100_000, int, "messages kept in each room")
    define("keep_days", 0.0, float, "days that messages are kept; 0 is for ever")
    define("key_days", 7.0, float, "days that a resent message is recognised")
    define(
        "allow_origin",
        type=str,
        multiple=True,
        help="other sites whose pages may connect, such as https://example.org; * is any",
    )
    define("ping_interval", 20.0, float, "seconds between pings to a member; 0 never pings")
    define("ping_timeout", 20.0, float, "seconds of silence after a ping that end a connection")
    define("max_message", 64 * 1024, int, "largest message, in bytes")
    define("member_budget", 1024 * 1024, int, "bytes that may wait for one slow member")
    define("total_budget", 512 * 1024 * 1024, int, "bytes that may wait for all together")
    define("max_members", 20_000, int, "connections at once in all; 0 is no limit")
    define("max_room_members", 20_000, int, "connections at once in a room")
    define("max_address_members", 500, int, "connections at once from one address")
    define("max_rooms", 100, int, "rooms that one person may be in at once")
    define("rate", 50.0, float, "messages a second from one person, after a burst; 0 is no limit")
    define("address_rate", 500.0, float, "messages a second from one address, after a burst")
    define("engine", "auto", str, "what sockets are served by", metavar="|".join(ENGINES))
    define("logging", "info", str, "how much is logged", metavar="|".join(LEVELS))
    define("dev", False, bool, "for working on the server: reload on change, show tracebacks")
    return parser


def read(arguments: list[str], out: TextIO = sys.stdout) -> Settings | None:
    """The settings for a command line (without the program's name).

    None when help was asked for, and printed to `out`; raises `BadOption`.
    """
    parser = options()
    if {"--help", "-h", "-help"} & set(arguments):
        parser.print_help(out)
        return None
    _parse(parser, arguments, "")
    if parser.config:
        _parse(parser, _file(Path(parser.config)), f" in {parser.config}")
        _parse(parser, arguments, "")
    return _checked(parser)


def _file(path: Path) -> list[str]:
    """The file's options as they would stand on a command line."""
    try:
        values = tomllib.loads(path.read_text())
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise BadOption(f"--config={path} cannot be read: {error}") from None
    return [f"--{name}={_as_typed(value)}" for name, value in values.items()]


def _as_typed(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _parse(parser: OptionParser, arguments: list[str], where: str) -> None:
    for argument in arguments:
        name, _, value = argument.lstrip("-").partition("=")
        if not argument.startswith("-"):
            raise BadOption(f"{argument!r}{where} is no option; options look like --port=8888")
        if name in parser and "=" not in argument and name not in FLAGS:
            raise BadOption(f"--{name}{where} needs a value, after an equals sign: --{name}=...")
        if name not in parser or name == "help":
            raise BadOption(f"--{name}{where} is no option; --help lists them all")
        if name in FLAGS and value not in ("", "true", "false"):
            raise BadOption(f"--{name}={value}{where}: it is true or false")
        try:
            parser.parse_command_line(["server.py", argument], final=False)
        except Error as error:
            raise BadOption(f"{error}{where}") from None
        except ValueError:
            raise BadOption(f"--{name}={value}{where} must be a number") from None


def _checked(given: OptionParser) -> Settings:
    def need(holds: bool, words: str) -> None:
        if not holds:
            raise BadOption(words)

    need(0 <= given.port <= 65535, f"--port={given.port} is no port: it is 0 to 65535")
    need(given.mode in MODES, f"--mode={given.mode} is no mode: it is {' or '.join(MODES)}")
    need(given.engine in ENGINES, f"--engine={given.engine} is none of {', '.join(ENGINES)}")
    need(
        given.engine != "epoll" or hasattr(select, "epoll"),
        "--engine=epoll is for Linux; leave it out",
    )
    need(given.logging in LEVELS, f"--logging={given.logging} is none of {', '.join(LEVELS)}")
    need(given.durability in DURABILITIES, f"--durability={given.durability} is power or process")
    need(given.keep_messages >= 1, "--keep-messages is at least 1")
    need(0 <= given.keep_days <= CENTURY, "--keep-days is 0 (for ever) to 36525")
    need(1 <= given.key_days <= CENTURY, "--key-days is 1 to 36525")
    need(
        given.store in ("", "memory:")
        or (bool(given.store.removeprefix("sqlite:")) and given.store.startswith("sqlite:")),
        f"--store={given.store} is no store: it is sqlite:PATH or memory:",
    )
    need(0 <= given.ping_interval <= DAY, "--ping-interval is 0 (never) to 86400 seconds")
    need(0.1 <= given.ping_timeout <= DAY, "--ping-timeout is 0.1 to 86400 seconds")
    need(given.max_message >= 1024, "--max-message is at least 1024 bytes")
    need(
        given.member_budget >= 2 * given.max_message,
        "--member-budget is at least twice --max-message, or a message could not wait",
    )
    need(
        given.total_budget == 0 or given.total_budget >= given.member_budget,
        "--total-budget is 0 (no limit) or at least --member-budget",
    )
    for name in ("max_members", "max_room_members", "max_address_members", "max_rooms"):
        need(given[name] >= 0, f"--{name.replace('_', '-')} is 0 (no limit) or more")
    for name in ("rate", "address_rate"):
        words = f"--{name.replace('_', '-')} is 0 (no limit) or at least 0.1 a second"
        need(given[name] == 0 or given[name] >= 0.1, words)
    need(not (given.lan and given.address), "--lan listens on all addresses: leave out --address")
    for origin in given.allow_origin:
        need(_is_origin(origin), f"--allow-origin={origin} must look like https://example.org")
    values = {field.name: given[field.name] for field in fields(Settings)}
    values["data"] = Path(
        given.data or os.environ.get("STATE_DIRECTORY", "").split(":")[0] or "data"
    )
    values["store"] = given.store or f"sqlite:{values['data'] / 'broadcaster.db'}"
    values["address"] = given.address or LOOPBACK
    values["allow_origin"] = tuple(given.allow_origin)
    return Settings(**values)


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # such as brackets around what is no IPv6 address
        return False
    return text == "*" or (bool(parts.scheme and parts.netloc) and not parts.path)
