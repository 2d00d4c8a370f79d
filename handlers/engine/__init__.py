"""What lies below a message: one WebSocket connection, from its handshake to its last byte.

    frames.py      RFC 6455 section 5 as a pure thing: bytes in, messages out; no socket
    deflate.py     RFC 7692: what is agreed on, and each message compressed by itself
    connection.py  the rules of one connection: the handshakes at its two ends, and its errors
    budget.py      how much may wait for a peer, and for all
    line.py        what is on its way to one peer, held to a budget
    crowd.py       the same bytes to many lines, in one loop
    epoll.py       a line on a bare socket, where there is epoll
    iostream.py    a line on Tornado's stream: for TLS, and wherever the other cannot go
    roads.py       which of the two a new connection takes
    door.py        lets new connections in, a few at a time
    seam.py        the little of Tornado that is private and touched all the same

A connection begins as a request like any other. After Tornado's part of the handshake
its handler, still a `WebSocketHandler`, hears of messages as ever and sends through a
line; it does not know which of the two lines it has.
"""
