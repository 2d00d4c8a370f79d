"""`--durability=power` means it: what was acknowledged survives the plug being pulled."""

import asyncio
import os
import subprocess
import sys
from random import Random

import pytest

from chaos import power
from chaos.checker import check
from chaos.findings import LOST
from chaos.members import identity
from chaos.recording import Gap, Recording
from chaos.storm import settle
from chaos.talker import Talker
from chaos.victim import Victim
from parts import needs

needs_power_cuts = needs("C compiler (cc), on Linux, for the tests of a power cut", power.can_cut)
pytestmark = needs_power_cuts

MESSAGES = 200


async def cut_after_the_last_ack(data, durability):
    """A talker is told that 200 messages are kept; then the power goes, and it comes back."""
    victim = Victim(data, f"--durability={durability}", pulls_plug=True)
    await victim.start()
    recording = Recording()
    cookie = await asyncio.to_thread(identity, victim.port)
    talker = Talker("ada", Random(1), victim.port, recording, cookie=cookie, from_start=True)
    staying = asyncio.create_task(talker.stay())
    try:
        for number in range(MESSAGES):
            await talker.say(f"message {number}")
        await victim.kill()
        await victim.start()
        await settle(victim, [talker], recording, within=20)
    finally:
        await talker.leave()
        await staying
        await victim.kill()
    return recording


def acked(recording):
    return [publish.acks[0] for publish in recording.publishes]


def test_under_power_every_acknowledged_message_is_there_in_its_place(tmp_path):
    recording = asyncio.run(cut_after_the_last_ack(tmp_path, "power"))
    assert [(said.epoch, said.id) for said in recording.log] == acked(recording)
    assert check(recording) == []


def test_under_process_some_are_gone_and_who_comes_back_is_told(tmp_path):
    recording = asyncio.run(cut_after_the_last_ack(tmp_path, "process"))
    assert len(recording.log) < MESSAGES
    assert {finding.kind for finding in check(recording)} == {LOST}
    assert recording.epoch not in {place.epoch for place in acked(recording)}
    first = next(c for c in recording.connections if c.epoch == recording.epoch)
    assert first.cursor == acked(recording)[-1]
    assert first.events[0] == Gap(None, recording.epoch, 1, len(recording.log))


# -- the power cut itself -----------------------------------------------------------------

WRITER = """
import os, signal, sys
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
os.pwrite(file, b"kept kept kept", 0)
os.fsync(file)
os.pwrite(file, b"gone", 5)
os.pwrite(file, b"gone, and longer", 12)
os.ftruncate(file, 3)
os.pwrite(file, b"gone", 0)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("name", ["broadcaster.db", "broadcaster.db-wal"])
def test_a_power_cut_loses_exactly_what_was_not_synced(tmp_path, name):
    file = tmp_path / name
    environment = {**os.environ, **power.preload(tmp_path)}
    subprocess.run([sys.executable, "-c", WRITER, file], env=environment)
    assert file.read_bytes() == b"gone"
    assert power.cut(tmp_path) > 0
    assert file.read_bytes() == b"kept kept kept"


def test_a_power_cut_leaves_other_files_alone(tmp_path):
    file = tmp_path / "another"
    environment = {**os.environ, **power.preload(tmp_path)}
    subprocess.run([sys.executable, "-c", WRITER, file], env=environment)
    assert power.cut(tmp_path) == 0
    assert file.read_bytes() == b"gone"
