"""Options: each has help, each is checked, and what cannot be is said in one sentence."""

import io
from pathlib import Path

import pytest

from settings import BadOption, options, read


def test_the_defaults_serve_this_machine_alone():
    settings = read([])
    assert (settings.port, settings.address, settings.mode) == (8888, "127.0.0.1", "broadcast")
    assert settings.data == Path("data")
    assert settings.allow_origin == ()
    assert not settings.dev


def test_every_option_has_help():
    assert all(option.help for option in options()._options.values())


def test_help_lists_every_option_and_starts_nothing():
    out = io.StringIO()
    assert read(["--help"], out) is None
    assert all(f"--{name}" in out.getvalue() for name in options()._options)


def test_systemd_names_the_data_folder(monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/broadcaster:/var/lib/other")
    assert read([]).data == Path("/var/lib/broadcaster")
    assert read(["--data=/elsewhere"]).data == Path("/elsewhere")


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("--port=65536", "is no port"),
        ("--port=-1", "is no port"),
        ("--port=http", "must be a number"),
        ("--port", "--port=..."),
        ("--mode=shout", "broadcast or echo"),
        ("--logging=loud", "debug, info"),
        ("--ping-interval=-1", "--ping-interval"),
        ("--ping-interval=nan", "--ping-interval"),
        ("--ping-timeout=0", "--ping-timeout"),
        ("--ping-timeout=inf", "--ping-timeout"),
        ("--max-message=10", "--max-message"),
        ("--member-budget=1000", "--member-budget"),
        ("--allow-origin=example.org", "https://example.org"),
        ("--allow-origin=https://example.org/page", "https://example.org"),
        ("--allow-origin=https://[bad", "https://example.org"),
        ("--store=postgres:x", "sqlite:PATH or memory:"),
        ("--store=sqlite:", "sqlite:PATH or memory:"),
        ("--durability=maybe", "power or process"),
        ("--keep-messages=0", "--keep-messages"),
        ("--keep-days=-1", "--keep-days"),
        ("--key-days=0", "--key-days"),
        ("--lan=maybe", "true or false"),
        ("--dev=1", "true or false"),
        ("--prot=8888", "--prot is no option"),
        ("8888", "options look like"),
        ("--config=/no/such/file", "cannot be read"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(argument, words):
    with pytest.raises(BadOption) as refused:
        read([argument])
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_lan_and_an_address_exclude_each_other():
    for address in ("10.0.0.1", "127.0.0.1"):
        with pytest.raises(BadOption, match="leave out --address"):
            read(["--lan", f"--address={address}"])


def test_a_file_sets_options_and_the_command_line_wins(tmp_path):
    file = tmp_path / "broadcaster.conf"
    file.write_text(
        'mode = "echo"\nport = 9000\nping-interval = 7\nlan = true\n'
        'allow_origin = ["https://a.example", "https://b.example"]\n'
    )
    settings = read([f"--config={file}", "--port=9001"])
    assert (settings.mode, settings.port, settings.lan) == ("echo", 9001, True)
    assert settings.ping_interval == 7
    assert settings.allow_origin == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 1", "--prot in"),
        ("port =", "cannot be read"),
        ('port = "http"', "must be a number"),
        ('lan = "maybe"', "true or false"),
        ("\x00", "cannot be read"),
    ],
)
def test_a_bad_file_is_named_in_what_is_said(tmp_path, text, words):
    file = tmp_path / "broadcaster.conf"
    file.write_text(text)
    with pytest.raises(BadOption, match=words) as refused:
        read([f"--config={file}"])
    assert str(file) in str(refused.value)
