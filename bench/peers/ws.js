// ws on Node: `send` to each client.

const { WebSocketServer } = require("ws");

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  perMessageDeflate: false,
});

server.on("connection", (connection, request) => {
  const echo = request.url === "/echo";
  if (!echo) connection.broadcasts = true;
  connection.on("message", (data) => {
    if (echo) {
      connection.send(data, { binary: false });
      return;
    }
    for (const client of server.clients)
      if (client.broadcasts) client.send(data, { binary: false });
  });
});
