#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LARGEST 16384 /* bytes that a client sends in one frame */

static const unsigned char MASK[4] = {0x5a, 0x1c, 0xe7, 0x39};

uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void fail(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* -- connecting ---------------------------------------------------------------- */

/* Room for so many more members. They move, so nobody may be on their way meanwhile. */
void wire_grow(struct wire *wire, size_t count)
{
    struct member *members = realloc(wire->members, (wire->count + count) * sizeof *members);
    if (!members)
        fail("members");
    for (size_t n = 0; n < wire->count; n++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &members[n]};
        if (members[n].state != GONE && members[n].reading == READS)
            epoll_ctl(wire->epoll, EPOLL_CTL_MOD, members[n].fd, &event);
    }
    memset(members + wire->count, 0, count * sizeof *members);
    wire->members = members;
    wire->count += count;
}

static void set(int fd, int level, int option, int value)
{
    if (setsockopt(fd, level, option, &value, sizeof value))
        fail("setsockopt");
}

void wire_connect(struct wire *wire, struct member *member)
{
    member->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (member->fd < 0)
        fail("socket");
    set(member->fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(member->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    if (wire->narrow) {
        set(member->fd, SOL_SOCKET, SO_RCVBUF, 4096);
        set(member->fd, IPPROTO_TCP, TCP_MAXSEG, 1400);
    }
    if (bind(member->fd, (struct sockaddr *)&wire->from, sizeof wire->from))
        fail("bind");
    if (connect(member->fd, (struct sockaddr *)&wire->server, sizeof wire->server)
        && errno != EINPROGRESS)
        fail("connect");
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = member};
    if (epoll_ctl(wire->epoll, EPOLL_CTL_ADD, member->fd, &event))
        fail("epoll_ctl");
}

static void gone(struct wire *wire, struct member *member)
{
    if (member->state != GONE) {
        close(member->fd);
        member->state = GONE;
        wire->lost++;
    }
}

static bool follows(const struct wire *wire, const struct member *member)
{
    return wire->events && member != wire->members;
}

static int ask(const struct wire *wire, const struct member *member, char *text, size_t size)
{
    char room[16] = "";
    if (follows(wire, member))
        return events_ask(wire, text, size);
    if (wire->rooms)
        snprintf(room, sizeof room, "-%zu", (size_t)(member - wire->members) % wire->rooms);
    return snprintf(
        text, size,
        "GET %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s\r\n",
        wire->path, room, ntohs(wire->server.sin_port),
        wire->json ? "Sec-WebSocket-Protocol: broadcaster.v1.json\r\n" : "",
        wire->deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
}

static void shake(struct wire *wire, struct member *member)
{
    char text[1024];
    int length = ask(wire, member, text, sizeof text);
    if (send(member->fd, text, (size_t)length, MSG_NOSIGNAL) != length) {
        gone(wire, member);
        return;
    }
    member->state = SHAKING;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = member};
    epoll_ctl(wire->epoll, EPOLL_CTL_MOD, member->fd, &event);
}

/* -- frames -------------------------------------------------------------------- */

void send_frame(struct member *member, int opcode, const char *payload, size_t length)
{
    unsigned char frame[8 + LARGEST];
    size_t head = 2;
    if (length > LARGEST)
        fail("a frame that is too large");
    frame[0] = (unsigned char)(0x80 | opcode);
    if (length < 126) {
        frame[1] = (unsigned char)(0x80 | length);
    } else {
        frame[1] = 0x80 | 126;
        frame[2] = (unsigned char)(length >> 8);
        frame[3] = (unsigned char)length;
        head = 4;
    }
    memcpy(frame + head, MASK, 4);
    head += 4;
    for (size_t n = 0; n < length; n++)
        frame[head + n] = (unsigned char)payload[n] ^ MASK[n % 4];
    for (size_t done = 0; done < head + length;) {
        ssize_t sent = send(member->fd, frame + done, head + length - done, MSG_NOSIGNAL);
        if (sent >= 0)
            done += (size_t)sent;
        else if (errno == EAGAIN)
            poll(&(struct pollfd){.fd = member->fd, .events = POLLOUT}, 1, 1000);
        else
            return; /* it is gone, which reading will show */
    }
}

/* How long a frame's header is, and its payload; 0 while that cannot be told. */
static size_t header(const unsigned char *at, size_t have, uint64_t *length)
{
    size_t size = have < 2 ? 2 : at[1] == 127 ? 10 : at[1] == 126 ? 4 : 2;
    if (have < size)
        return 0;
    if (size == 2) {
        *length = at[1];
        return 2;
    }
    *length = 0;
    for (size_t n = 2; n < size; n++)
        *length = *length << 8 | at[n];
    return size;
}

static bool starts(const unsigned char *payload, uint64_t length, const char *with)
{
    return length >= strlen(with) && !memcmp(payload, with, strlen(with));
}

static void look(struct wire *wire, struct member *member, int first,
                 const unsigned char *payload, uint64_t length)
{
    member->kind = OTHER;
    switch (first & 15) {
    case 0: case 1: case 2:
        if (wire->json && starts(payload, length, "{\"type\":\"welcome\""))
            member->kind = WELCOME;
        else if (first & 0x80 && (!wire->json || starts(payload, length, "{\"type\":\"message\"")))
            member->kind = MESSAGE;
        break;
    case 8:
        gone(wire, member);
        break;
    case 9:
        wire->pings++;
        send_frame(member, 10, (const char *)payload, length);
    }
}

void wire_whole(struct wire *wire, struct member *member, uint64_t now)
{
    if (member->kind == MESSAGE) {
        member->got++;
        wire->message(member, now);
    } else if (member->kind == WELCOME && member->state == WELCOMING) {
        member->state = JOINED;
        wire->joined++;
    }
}

static void take(struct wire *wire, struct member *member, const unsigned char *data, size_t size)
{
    uint64_t now = nanoseconds();
    while (size && member->state != GONE) {
        if (member->rest) {
            size_t passed = size < member->rest ? size : member->rest;
            data += passed, size -= passed, member->rest -= passed;
            if (!member->rest)
                wire_whole(wire, member, now);
            continue;
        }
        const unsigned char *at = data;
        size_t have = size, held = member->held;
        if (held) {
            size_t more = sizeof member->head - held;
            more = size < more ? size : more;
            memcpy(member->head + held, data, more);
            at = member->head, have = held + more;
        }
        uint64_t length = 0;
        size_t head = header(at, have, &length);
        size_t shown = length < SHOWN ? length : SHOWN;
        if (!head || have < head + shown) {
            if (!held)
                memcpy(member->head, data, size);
            member->held = have;
            return;
        }
        look(wire, member, at[0], at + head, length);
        data += head + shown - held, size -= head + shown - held;
        member->held = 0, member->rest = length - shown;
        if (!member->rest)
            wire_whole(wire, member, now);
    }
}

static void came(struct wire *wire, struct member *member, const char *data, size_t size)
{
    if (follows(wire, member))
        events_take(wire, member, data, size);
    else
        take(wire, member, (const unsigned char *)data, size);
}

/* The server's answer to the handshake, which comes in one piece on loopback. */
static void answered(struct wire *wire, struct member *member, char *data, size_t size)
{
    data[size] = 0;
    char *end = strstr(data, "\r\n\r\n");
    if (!end || !strstr(data, follows(wire, member) ? " 200 " : " 101 ")) {
        fprintf(stderr, "load: not a handshake: %.300s\n", data);
        gone(wire, member);
        return;
    }
    *end = 0;
    wire->deflated = strcasestr(data, "permessage-deflate") != NULL;
    member->state = wire->json ? WELCOMING : JOINED;
    wire->joined += !wire->json;
    end += 4;
    came(wire, member, end, (size_t)(data + size - end));
}

void wire_event(struct wire *wire, struct member *member, uint32_t events)
{
    static char data[65537];
    if (member->state == GONE)
        return;
    if (member->state == CONNECTING) {
        if (events & (EPOLLERR | EPOLLHUP))
            gone(wire, member);
        else
            shake(wire, member);
        return;
    }
    ssize_t size = recv(member->fd, data, sizeof data - 1, 0);
    if (size < 0 && errno == EAGAIN)
        return;
    if (size <= 0) {
        gone(wire, member);
        return;
    }
    wire->bytes += (uint64_t)size;
    if (member->state == SHAKING)
        answered(wire, member, data, (size_t)size);
    else
        came(wire, member, data, (size_t)size);
}

void wire_take_a_byte(struct wire *wire, struct member *member)
{
    char byte;
    if (recv(member->fd, &byte, 1, 0) > 0)
        wire->bytes++;
}

void wire_close(struct wire *wire)
{
    for (size_t n = 0; n < wire->count; n++)
        if (wire->members[n].state != GONE)
            close(wire->members[n].fd);
    wire->count = wire->joined = wire->lost = 0;
}
