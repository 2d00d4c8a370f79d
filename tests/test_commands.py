"""The commands in bin/, as real processes in a copy of the project with a stand-in server."""

import json
import os
import pwd
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from prove import autobahn

ROOT = Path(__file__).parent.parent
COMMANDS = [*sorted((ROOT / "bin").iterdir()), ROOT / ".ci" / "run"]
PATIENCE = 300
LIBRARY = f"python3.{sys.version_info.minor}"
TOOLS = [
    *("bash", "cat", "cmp", "cp", "dirname", "grep", "id"),
    *("ln", "mkdir", "readlink", "rm", "sleep", "touch"),
]

STAND_IN_SERVER = """
import json, os, sys
def main():
    print(json.dumps([sys.argv[1:], os.getcwd(), os.getpid()]))
if __name__ == "__main__":
    main()
"""
NOT_IN_BASH_3 = [
    "mapfile",
    "readarray",
    "declare -A",
    "local -n",
    "coproc",
    "&>>",
    "|&",
    ",,}",
    "^^}",
]
NOT_ON_MACOS = ["readlink -f", "realpath", "sed -i", "timeout ", "grep -P", "cp -a", "mktemp --"]


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A copy of the project whose server is set up; without packages, so without a network."""
    project = tmp_path_factory.mktemp("ready") / "a project"
    make_copy(project)
    assert run(project / "bin/run").returncode == 0
    return project


@pytest.fixture
def project(tmp_path):
    """A fresh copy of the project, where nothing was set up yet."""
    make_copy(tmp_path / "a project")
    return tmp_path / "a project"


@pytest.fixture
def used(ready, tmp_path):
    """A copy of `ready` of one's own."""
    return Path(shutil.copytree(ready, tmp_path / "a project", symlinks=True))


@pytest.fixture
def quick_python(tmp_path):
    """A Python that makes an environment in no time, as it leaves out the real pip."""
    return stand_in(
        tmp_path / "quick-python",
        f"""
        case "$*" in
          "-m venv "*)
            {sys.executable} -m venv --without-pip "$3"
            mkdir "$3/lib/{LIBRARY}/site-packages/pip"
            touch "$3/lib/{LIBRARY}/site-packages/pip/__main__.py" ;;
          *) exec {sys.executable} "$@" ;;
        esac
        """,
    )


def make_copy(project):
    shutil.copytree(ROOT / "bin", project / "bin")
    (project / "tests").mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests" / name, project / "tests")
    (project / "requirements.txt").write_text("# nothing\n")
    (project / "tests/requirements.txt").write_text("# nothing\n")
    (project / "server.py").write_text(STAND_IN_SERVER)
    shutil.copy(ROOT / "dev.py", project)
    (project / "pytest.py").write_text("import sys; print('pytest', *sys.argv[1:])\n")


def environment(**more):
    """As on a machine where nobody set up anything for Python or pip."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "PYTHON": sys.executable,
        "PIP_CONFIG_FILE": os.devnull,
        **more,
    }


def run(*command, cwd="/", user=None, **more):
    return subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=environment(**more),
        user=user,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def stand_in(path, script):
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def only_tools(folder):
    """A PATH with what every system has, and nothing else."""
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    return str(folder)


def said(process):
    """The one sentence with which a command ended, beside the notice that it sets things up."""
    assert process.returncode == 1, process.stderr
    lines = [line for line in process.stderr.splitlines() if not line.startswith("Setting up ")]
    assert len(lines) == 1, process.stderr
    return lines[0]


def sets_up(process):
    assert process.returncode == 0, process.stderr
    return process.stderr.startswith("Setting up ")


# What bin/run promises


@pytest.mark.parametrize("arguments", [[], ["--port=0", "a b", "", "*", "$HOME", "--"]])
def test_run_hands_its_arguments_on_unchanged_from_any_folder(ready, tmp_path, arguments):
    process = run(ready / "bin/run", *arguments, cwd=tmp_path)
    assert json.loads(process.stdout)[:2] == [arguments, str(tmp_path.resolve())]


def test_run_becomes_the_server_so_that_signals_reach_it(ready):
    command = subprocess.Popen([ready / "bin/run"], env=environment(), stdout=subprocess.PIPE)
    output, _ = command.communicate(timeout=PATIENCE)
    assert json.loads(output)[2] == command.pid


def test_dev_is_run_with_the_option_for_working_on_the_server(ready):
    process = run(ready / "bin/dev", "--mode=echo")
    assert json.loads(process.stdout)[0] == ["--dev", "--mode=echo"]


def test_the_second_run_is_silent_and_quick(ready):
    process = run(ready / "bin/run")
    assert (process.returncode, process.stderr) == (0, "")
    times = []
    for _ in range(5):
        start, worked = time.monotonic(), work_of_commands()
        run(ready / "bin/venv", ready / ".venv", ready / "requirements.txt")
        times.append((work_of_commands() - worked, time.monotonic() - start))
    work, wait = map(min, zip(*times, strict=True))
    assert work < 0.1
    assert wait < 1  # whatever else this machine has to do


def work_of_commands():
    """Seconds that all commands so far have kept a processor busy."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_what_is_ready_needs_no_write_access_and_no_other_python(ready, tmp_path):
    process = run(ready / "bin/run", PATH=only_tools(tmp_path / "tools"), PYTHON="")
    assert (process.returncode, process.stderr) == (0, "")


# When the environment is made anew


def interrupt(project):
    (project / ".venv/.complete").unlink()


def lose_python(project):
    (project / ".venv/bin/python").unlink()
    (project / ".venv/bin/python").symlink_to("/nowhere/python3")


def change_python(project):
    stamp = project / ".venv/.complete"
    stamp.write_text(stamp.read_text().replace("python 3.", "python 3.0"))


def change_requirements(project):
    (project / "requirements.txt").write_text("# still nothing\n")


def die_while_setting_up(project):
    interrupt(project)
    child = subprocess.Popen(["true"])
    child.wait()
    (project / ".venv.lock").symlink_to(str(child.pid))


@pytest.mark.parametrize(
    "harm", [interrupt, lose_python, change_python, change_requirements, die_while_setting_up]
)
def test_an_environment_that_is_no_longer_right_is_made_anew(used, quick_python, harm):
    harm(used)
    leftover = used / ".venv/leftover"
    leftover.touch()
    assert sets_up(run(used / "bin/run", PYTHON=str(quick_python)))
    assert not leftover.exists()
    assert not sets_up(run(used / "bin/run"))


def test_two_commands_at_once_share_one_setting_up(project, quick_python):
    commands = [
        subprocess.Popen(
            [project / "bin/run"],
            env=environment(PYTHON=str(quick_python)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    errors = [command.communicate(timeout=PATIENCE)[1] for command in commands]
    assert [command.returncode for command in commands] == [0, 0]
    assert b"".join(errors).count(b"Setting up ") == 1
    assert not list(project.glob("*.lock"))


# What can go wrong, each in one sentence that says what to do


def test_an_old_python_is_refused_by_its_version(project, tmp_path):
    old = stand_in(tmp_path / "python", "echo 3.9")
    assert f"{old} is Python 3.9, and this needs 3.11 or newer" in said(
        run(project / "bin/run", PYTHON=str(old))
    )


def test_a_python_that_does_not_exist_is_refused(project):
    assert "PYTHON=/nowhere is no working Python" in said(
        run(project / "bin/run", PYTHON="/nowhere")
    )


def test_without_a_python_it_says_which_one_to_install(project, tmp_path):
    process = run(project / "bin/run", PATH=only_tools(tmp_path / "tools"), PYTHON="")
    assert "Found no Python 3.11 or newer: install one" in said(process)


def test_a_newer_python_is_found_beside_an_old_python3(project, quick_python, tmp_path):
    tools = only_tools(tmp_path / "tools")
    stand_in(tmp_path / "tools/python3", "echo 3.9")
    (tmp_path / "tools/python3.12").symlink_to(quick_python)
    assert sets_up(run(project / "bin/run", PATH=tools, PYTHON=""))


@pytest.mark.parametrize(
    "words",
    [
        "Error: ... not created successfully because ensurepip is not available.  On Debian",
        "/usr/bin/python3: No module named venv",
    ],
)
def test_a_python_without_venv_says_which_package_brings_it(project, tmp_path, words):
    python = stand_in(
        tmp_path / "python",
        f'case "$*" in *venv*) echo "{words}"; exit 1;; *) exec {sys.executable} "$@";; esac',
    )
    assert "sudo apt install python3-venv" in said(run(project / "bin/run", PYTHON=str(python)))


def test_without_a_network_it_says_so_and_names_pips_log(project):
    (project / "requirements.txt").write_text("tornado\n")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, but nobody listens
        index = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        process = run(project / "bin/run", PIP_INDEX_URL=index, PIP_RETRIES="1")
    sentence = said(process)
    assert "No network for the packages of requirements.txt" in sentence
    log = Path(sentence.partition("own words are in ")[2])
    assert "connection" in log.read_text().lower()


def test_a_package_that_does_not_exist_is_not_taken_for_a_missing_network(project):
    (project / "requirements.txt").write_text("no-such-package\n")
    process = run(project / "bin/run", PIP_NO_INDEX="1")
    assert "pip could not install the packages of requirements.txt" in said(process)


def test_a_folder_that_cannot_be_written_to_is_named():
    # Root may write everywhere, so it becomes nobody, whom pytest's tmp_path does not let in.
    nobody = pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None
    python = stand_in(Path(tempfile.mkdtemp()) / "python", "echo 3.12")
    project = python.parent / "a project"
    make_copy(project)
    python.parent.chmod(0o755)
    project.chmod(0o555)
    try:
        process = run(project / "bin/run", user=nobody, PYTHON=str(python))
        assert f"Cannot write to {project}: make that folder writable for" in said(process)
    finally:
        project.chmod(0o755)
        shutil.rmtree(python.parent)


def test_a_taken_port_ends_in_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = subprocess.run(
            [sys.executable, ROOT / "server.py", f"--port={port}", f"--data={tmp_path}"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    sentence = said(process)
    assert f"port {port}" in sentence
    assert "--port" in sentence


# The tests' own commands


def test_test_says_what_it_leaves_out_and_how_to_bring_it(ready, tmp_path):
    tools = only_tools(tmp_path / "tools")
    process = run(ready / "bin/test", "-k", "echo", PATH=tools)
    assert process.stdout.startswith("pytest ")
    assert process.stdout.endswith(" -k echo\n")
    assert "Leaving out the tests of the page's own JavaScript" in process.stderr
    assert process.stderr.count("To bring them: ") >= 1


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="power is cut on Linux only")


@on_linux
def test_without_a_c_compiler_the_power_cuts_are_left_out_and_it_says_how_to_bring_them(
    ready, tmp_path
):
    process = run(ready / "bin/test", PATH=only_tools(tmp_path / "tools"))
    assert (
        "Leaving out the tests of a power cut and of the benchmark's load. To bring them: sudo "
        in process.stderr
    )
    assert "gcc" in process.stderr


@on_linux
def test_a_c_compiler_is_installed_where_it_may_be(ready, tmp_path):
    tools = only_tools(tmp_path / "tools")
    (tmp_path / "tools/env").symlink_to(shutil.which("env"))
    (tmp_path / "tools/id").unlink()
    stand_in(tmp_path / "tools/id", "echo 0")
    brings = f'case "$*" in *" gcc libc6-dev") ln -s /bin/true {tools}/cc;; esac'
    stand_in(tmp_path / "tools/apt-get", brings)
    process = run(ready / "bin/test", PATH=tools)
    assert "Installing gcc libc6-dev" in process.stderr
    assert "power cut" not in process.stderr


@on_linux
def test_proxies_are_unpacked_and_never_installed_as_they_would_start(ready, tmp_path):
    tools = only_tools(tmp_path / "tools")
    for tool in ("env", "sed"):
        (tmp_path / f"tools/{tool}").symlink_to(shutil.which(tool))
    (tmp_path / "tools/id").unlink()
    stand_in(tmp_path / "tools/id", "echo 0")
    asked = tmp_path / "asked"
    stand_in(
        tmp_path / "tools/apt-get",
        f"""
        echo "$*" >> {asked}
        case "$*" in
          *--simulate*) echo "Inst liblua (5.3 Debian [amd64])"; echo "Inst caddy (2.6 [amd64])" ;;
          download*) touch liblua.deb caddy.deb ;;
        esac
        """,
    )
    program = 'mkdir -p "$3/usr/sbin"; for name in nginx haproxy caddy; do '
    program += 'ln -sf /bin/true "$3/usr/sbin/$name"; done'
    stand_in(tmp_path / "tools/dpkg-deb", program)
    process = run(ready / "bin/test", PATH=tools)
    assert "Unpacking nginx haproxy caddy in " in process.stderr
    assert "nginx, HAProxy and Caddy. To bring them" not in process.stderr
    assert "download liblua caddy\n" in asked.read_text()
    installs = [line for line in asked.read_text().splitlines() if line.startswith("install --yes")]
    assert installs
    assert not any(name in line for line in installs for name in ("nginx", "haproxy", "caddy"))
    assert not list((ready / ".venv-test/debian").glob("*.deb"))
    shutil.rmtree(ready / ".venv-test/debian")


def test_in_continuous_integration_nothing_may_be_left_out(ready, tmp_path):
    process = run(ready / "bin/test", PATH=only_tools(tmp_path / "tools"), CI="true")
    assert process.returncode == 1
    assert process.stdout == ""
    assert "no test may be left out" in process.stderr


def test_continuous_integration_runs_test():
    assert (ROOT / ".ci/run").read_text().endswith('exec "$root/bin/test" "$@"\n')


@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.name)
def test_every_command_can_be_run_and_opens_with_its_usage(command):
    first, second, *others = command.read_text().splitlines()
    assert os.access(command, os.X_OK)
    assert first == "#!/usr/bin/env bash"
    assert second.startswith("# ")
    comment = others[: others.index("set -euo pipefail")]
    assert any(line.startswith("#   ") and command.name in line for line in comment)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.name)
def test_no_command_uses_what_macos_lacks(command):
    text = command.read_text()
    assert not [word for word in NOT_IN_BASH_3 + NOT_ON_MACOS if word in text]


# The verdict on Autobahn's results


def results(**changed):
    """Results of Autobahn for three cases, one of them without a right answer."""
    cases = {"1.1.1": ("OK", "OK"), "7.1.6": ("INFORMATIONAL", "OK"), "10.1.1": ("OK", "OK")}
    cases |= changed
    return autobahn.verdicts(
        {
            autobahn.AGENT: {
                case: {"behavior": behavior, "behaviorClose": close}
                for case, (behavior, close) in cases.items()
            }
        }
    )


def test_autobahn_passes_with_what_has_no_right_answer():
    assert autobahn.judge(results(), 3).passed


@pytest.mark.parametrize(
    "behavior", [("FAILED", "OK"), ("NON-STRICT", "OK"), ("UNIMPLEMENTED", "OK"), ("OK", "UNCLEAN")]
)
def test_autobahn_fails_with_any_other_verdict_and_names_its_case(behavior):
    found = results(**{"10.1.1": behavior})
    outcome = autobahn.judge(found, 3)
    assert found["10.1.1"] in autobahn.VERDICTS
    assert not outcome.passed
    assert "10.1.1" in outcome.detail


def test_autobahn_fails_when_cases_are_missing():
    assert not autobahn.judge(results(), 4).passed


def test_autobahn_counts_each_section():
    table = autobahn.table(results())
    assert "| 1 Framing | 1 | 1 | 0 | 0 | 0 |" in table
    assert "| 7 Closing | 1 | 0 | 1 | 0 | 0 |" in table
    assert "| **all** | 3 | 2 | 1 | 0 | 0 |" in table
