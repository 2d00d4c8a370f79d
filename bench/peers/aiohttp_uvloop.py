"""aiohttp on uvloop: `send_str` to each member."""

import sys

import uvloop
from aiohttp import web

members = set()


async def broadcast(request):
    connection = web.WebSocketResponse()
    await connection.prepare(request)
    members.add(connection)
    try:
        async for message in connection:
            for member in list(members):
                await member.send_str(message.data)
    finally:
        members.discard(connection)
    return connection


async def echo(request):
    connection = web.WebSocketResponse()
    await connection.prepare(request)
    async for message in connection:
        await connection.send_str(message.data)
    return connection


application = web.Application()
application.add_routes([web.get("/ws", broadcast), web.get("/echo", echo)])
web.run_app(
    application,
    host="127.0.0.1",
    port=int(sys.argv[1]),
    loop=uvloop.new_event_loop(),
    access_log=None,
    print=None,
)
