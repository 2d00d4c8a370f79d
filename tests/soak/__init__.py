"""The soak: members of every kind come and go for a long time; then all must be as before.

visitors.py    those who come, do something, and are gone: well, badly, or not at all
steady.py      those who stay, and look for a hole in what they get
gauge.py       what a process has at the moment: memory, descriptors, threads
run.py         one run on one engine: a warm-up, the soak itself, and what is left of it
judge.py       says what of it is not as it should be: pure, and proven by planted leaks
launcher.py    starts the server, with a leak of leaks.py if asked

Nothing of this is known to the server: all is planted from outside.
"""
