"""The websockets library with its own `broadcast`."""

import asyncio
import sys

from websockets.asyncio.server import broadcast, serve

members = set()


async def handler(connection):
    if connection.request.path == "/echo":
        async for message in connection:
            await connection.send(message)
        return
    members.add(connection)
    try:
        async for message in connection:
            broadcast(members, message)
    finally:
        members.discard(connection)


async def main(port):
    async with serve(handler, "127.0.0.1", port, compression=None, ping_interval=None):
        await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1])))
