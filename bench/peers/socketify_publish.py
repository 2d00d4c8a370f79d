"""socketify, which is uWebSockets in Python: its own `publish` to a topic."""

import sys

from socketify import App, AppListenOptions, OpCode

app = App()


def join(connection):
    connection.subscribe("all")


def publish(connection, message, opcode):
    app.publish("all", message, OpCode.TEXT)


def echo(connection, message, opcode):
    connection.send(message, OpCode.TEXT)


# Nobody is closed for being silent, or misses a message for being behind.
patient = {"idle_timeout": 0, "max_backpressure": 1 << 20}
app.ws("/ws", {"open": join, "message": publish, **patient})
app.ws("/echo", {"message": echo, **patient})
app.listen(AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"), lambda config: None)
app.run()
