/* The floor: the least that a server without tricks has to do, one `send` of a ready frame for
   each member and message. With --coalesced, what came in one turn of the loop leaves as one
   `send` for each member.

       floor PORT [--coalesced]

   It speaks just enough for the load: /echo echoes and any other path broadcasts, its answer
   to the handshake fits the one key that the load sends, and whoever takes less than a whole
   frame is closed. No limits, no fragments, no pings, no close handshake. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 512
#define LARGEST 65536

struct member {
    bool open, echo;
    unsigned char *held; /* the start of a frame that came in pieces */
    size_t size;
};

static const char ANSWER[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static struct member members[20000]; /* by descriptor */
static int joined[20000], count;     /* those who get broadcasts */
static unsigned char *turn;          /* what leaves at the end of this turn */
static size_t turn_size, turn_room;
static bool coalesced;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void leave(int fd)
{
    for (int n = 0; n < count; n++)
        if (joined[n] == fd) {
            joined[n] = joined[--count];
            break;
        }
    free(members[fd].held);
    members[fd] = (struct member){0};
    close(fd);
}

static bool send_all(int fd, const void *data, size_t size)
{
    return send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size;
}

static void broadcast(const unsigned char *data, size_t size)
{
    for (int n = count - 1; n >= 0; n--)
        if (!send_all(joined[n], data, size))
            leave(joined[n]);
}

static void keep_for_the_turn(const unsigned char *frame, size_t size)
{
    if (turn_size + size > turn_room) {
        turn_room = 2 * (turn_size + size);
        if (!(turn = realloc(turn, turn_room)))
            die("realloc");
    }
    memcpy(turn + turn_size, frame, size);
    turn_size += size;
}

/* A frame's payload, unmasked in place; there are ten bytes of room before it. */
static void handle(int fd, int first, unsigned char *payload, size_t size)
{
    unsigned char *frame = payload - (size < 126 ? 2 : 4);
    if ((first & 15) > 2) {
        if ((first & 15) == 8)
            leave(fd);
        return;
    }
    frame[0] = (unsigned char)first;
    if (size < 126) {
        frame[1] = (unsigned char)size;
    } else {
        frame[1] = 126;
        frame[2] = (unsigned char)(size >> 8);
        frame[3] = (unsigned char)size;
    }
    size += (size_t)(payload - frame);
    if (members[fd].echo)
        send_all(fd, frame, size);
    else if (coalesced)
        keep_for_the_turn(frame, size);
    else
        broadcast(frame, size);
}

/* Handles the whole frames in `data`; how many bytes they took. */
static size_t frames(int fd, unsigned char *data, size_t size)
{
    size_t done = 0;
    while (members[fd].open && size - done >= 6) {
        unsigned char *at = data + done, *mask;
        size_t length = at[1] & 127, head = 6;
        if (length == 126) {
            if (size - done < 8)
                break;
            length = (size_t)(at[2] << 8 | at[3]), head = 8;
        }
        if (size - done < head + length)
            break;
        mask = at + head - 4;
        for (size_t n = 0; n < length; n++)
            at[head + n] ^= mask[n % 4];
        done += head + length;
        handle(fd, at[0], at + head, length);
    }
    return done;
}

static void shake(int fd, char *request, size_t size)
{
    request[size] = 0;
    if (!strstr(request, "\r\n\r\n") || !send_all(fd, ANSWER, sizeof ANSWER - 1)) {
        leave(fd);
        return;
    }
    members[fd].open = true;
    members[fd].echo = !strncmp(request, "GET /echo ", 10);
    if (!members[fd].echo)
        joined[count++] = fd;
}

static void receive(int fd)
{
    static unsigned char data[2 * LARGEST + 1];
    struct member *member = &members[fd];
    size_t held = member->size;
    memcpy(data, member->held ? member->held : data, held);
    ssize_t size = recv(fd, data + held, LARGEST, 0);
    if (size <= 0) {
        if (size == 0 || errno != EAGAIN)
            leave(fd);
        return;
    }
    if (!member->open) {
        shake(fd, (char *)data, (size_t)size);
        return;
    }
    size_t whole = held + (size_t)size, done = frames(fd, data, whole);
    if (!member->open)
        return;
    free(member->held);
    member->held = NULL;
    if ((member->size = whole - done)) {
        if (!(member->held = malloc(member->size)))
            die("malloc");
        memcpy(member->held, data + done, member->size);
    }
}

static void accept_all(int listening, int epoll)
{
    for (int fd; (fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (fd >= 20000) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

static int listen_on_loopback(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(port)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096))
        die("listen");
    return fd;
}

int main(int argument_count, char **arguments)
{
    struct epoll_event events[EVENTS];
    if (argument_count < 2)
        return 2;
    coalesced = argument_count > 2 && !strcmp(arguments[2], "--coalesced");
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int epoll = epoll_create1(EPOLL_CLOEXEC), listening = listen_on_loopback(arguments[1]);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listening};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &event);
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int n = 0; n < ready; n++)
            if (events[n].data.fd == listening)
                accept_all(listening, epoll);
            else
                receive(events[n].data.fd);
        if (turn_size) {
            broadcast(turn, turn_size);
            turn_size = 0;
        }
    }
}
