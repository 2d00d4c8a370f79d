"""Any bytes at all against the frame codec: what must hold, where to begin, and the hunt.

codec.py       what must hold of any bytes; a `Finding` says what does not
seeds.py       where to begin: the frames and the headers that the tests are made of
mutations.py   changes them at random, from a seed: the hunt as it fits in a test
bugs.py        bugs to plant, so that both hunts can show that they find each
__main__.py    the long hunt, guided by coverage (atheris, in .venv-atheris; see bin/prove fuzz)
"""
