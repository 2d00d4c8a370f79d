"""Tornado as one would write it first: `write_message` to each member."""

import asyncio
import sys

from tornado.web import Application
from tornado.websocket import WebSocketHandler

members = set()


class Broadcast(WebSocketHandler):
    def open(self):
        members.add(self)

    def on_message(self, message):
        for member in members:
            member.write_message(message)

    def on_close(self):
        members.discard(self)


class Echo(WebSocketHandler):
    def on_message(self, message):
        self.write_message(message)


async def main(port):
    Application([("/ws", Broadcast), ("/echo", Echo)]).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1])))
