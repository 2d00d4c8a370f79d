/* Members that follow by Server-Sent Events: what they ask for, and the blocks that come. */

#include "wire.h"

#include <arpa/inet.h>
#include <stdio.h>

int events_ask(const struct wire *wire, char *text, size_t size)
{
    return snprintf(text, size,
                    "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n\r\n",
                    wire->path, ntohs(wire->server.sin_port));
}

/* A block ends with an empty line, and its first byte says what it is: a message begins with
   its id, any other event with its name. The first of those is the welcome. */
void events_take(struct wire *wire, struct member *member, const char *data, size_t size)
{
    uint64_t now = nanoseconds();
    for (size_t n = 0; n < size; n++) {
        if (!member->held++)
            member->kind = data[n] == 'i' ? MESSAGE : data[n] == 'e' ? WELCOME : OTHER;
        if (data[n] == '\n' && member->rest) {
            wire_whole(wire, member, now);
            member->held = 0;
        }
        member->rest = data[n] == '\n';
    }
}
