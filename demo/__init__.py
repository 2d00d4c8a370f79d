"""The demo: a server is killed, and nothing that was said is lost.

A *supervisor* keeps a server running, whatever ends it. A *talker* says line after
line, each until it is acknowledged. A *checker* comes and goes with its cursor. The
*ledger* compares what was acknowledged with what arrived, and the *control* page shows
the count beside a button that kills the server. The server knows nothing of all this:
it is the product as it is, and only the demo has such a door.
"""
