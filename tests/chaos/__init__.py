"""The chaos run: the server is killed, starved and cut off while people talk; then it is checked.

members.py     those who take part and write down what they get: reader.py with a cursor,
               publisher.py until it is answered; talker.py both, by WebSocket;
               by_http.py  by event stream, lines of JSON, long poll and POST
party.py       all of them, of a run as plan.py says it
victim.py      the server, a process of its own, and what can be done to it
nemesis.py     does it, at random, from a seed
proxy.py       stands between some members and the server, and cuts in the middle of a frame
recording.py   what was written down
checker.py     says what of it breaks the promise: pure, and proven by planted faults;
               streams.py  what each member got, findings.py  what a finding is called
storm.py       one run from start to end;  table.py tells what came of it
power.py       the plug pulled: what was not synced is gone (unsynced.c)
launcher.py    starts the server with the clock in our hands, and a fault of faults.py if asked

Nothing of this is known to the server: all is planted from outside.
"""
