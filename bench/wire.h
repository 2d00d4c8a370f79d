/* Many WebSocket clients in one thread: connections, handshakes and frames.

   Only what measuring needs: a member counts the messages that it gets, answers pings,
   and can send. What came counts when the last byte of its frame has been read. */

#ifndef WIRE_H
#define WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHOWN 125 /* so much of a payload is looked at: a whole control frame */

enum state { CONNECTING, SHAKING, WELCOMING, JOINED, GONE };
enum reading { READS, NEVER_READS, READS_A_BYTE_A_SECOND };
enum kind { OTHER, MESSAGE, WELCOME };

struct member {
    int fd;
    enum state state;
    enum reading reading;
    enum kind kind;      /* of the frame under way */
    uint64_t rest;       /* bytes of it still to come that nobody looks at */
    size_t held;         /* bytes in `head`, or of a block of events */
    uint64_t got;        /* messages so far */
    uint64_t sent_at;    /* nanoseconds, when its own last one left */
    unsigned char head[14 + SHOWN]; /* the start of a frame that came in pieces */
};

struct wire {
    struct sockaddr_in server, from;
    const char *path;    /* of the socket */
    unsigned rooms;      /* 0, or members take turns in `path`-0, `path`-1, ... */
    bool json;           /* asks for broadcaster.v1.json; only its `message` counts */
    bool deflate;        /* offers permessage-deflate */
    bool narrow;         /* takes little into its own buffers */
    bool events;         /* all but the first member follow by Server-Sent Events */
    int epoll;
    struct member *members;
    size_t count, joined, lost;
    bool deflated;       /* the server took the offer */
    uint64_t bytes, pings;
    void (*message)(struct member *, uint64_t now); /* called for each message that came */
};

uint64_t nanoseconds(void);
void fail(const char *what);
void wire_grow(struct wire *, size_t count);
void wire_connect(struct wire *, struct member *);
void wire_event(struct wire *, struct member *, uint32_t events);
void wire_whole(struct wire *, struct member *, uint64_t now);
void wire_take_a_byte(struct wire *, struct member *);
void wire_close(struct wire *);
void send_frame(struct member *, int opcode, const char *payload, size_t length);

int events_ask(const struct wire *, char *text, size_t size);
void events_take(struct wire *, struct member *, const char *data, size_t size);

#endif
