"""The long hunt, guided by coverage: python -m fuzz TARGET [--bug=NAME] [libFuzzer's options].

Runs in .venv-atheris, which bin/prove fuzz sets up. Given a file, it tries that input alone.
"""

import argparse
import sys

import atheris

CODEC = ["handlers.engine.frames", "handlers.engine.deflate"]


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("target")
    parser.add_argument("--bug")
    options, arguments = parser.parse_known_args()
    with atheris.instrument_imports(include=CODEC):
        from fuzz import codec  # what it imports is what coverage is counted in
    if options.bug:
        from fuzz import bugs

        bugs.plant(options.bug)
    atheris.Setup([sys.argv[0], *arguments], codec.TARGETS[options.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
