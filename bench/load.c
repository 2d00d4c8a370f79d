/* The load: members of one server, in one thread, told what to do on standard input.

       load --port=N --pid=N[,N] [--path=/ws] [--from=127.0.0.1] [--rooms=N]
            [--json] [--deflate] [--narrow] [--events] [--text=...]

   Each line of input is a command; each is answered by one line of JSON.

       join COUNT AT-ONCE          so many more members, so many of them on their way at a time
       flow IN-FLIGHT SECONDS      the first member publishes; a message is in flight until
                                   every member has read it
       burst PUBLISHERS SECONDS    so many publish one message each, again when all have all
       paced PER-SECOND SECONDS    the first member publishes, whatever has arrived
       echo SECONDS                each member sends, and sends again when it has its own back
       idle SECONDS                only pings are answered
       stall NEVER BYTE            the first NEVER members are not read any more, and the
                                   next BYTE ones are read one byte a second

   Times are read when a member's socket has been read; processor time is read right before
   the first message leaves and right after the last one has arrived. */

#include "tally.h"
#include "wire.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#define RING 65536          /* messages that may be in flight */
#define PATIENCE 20e9       /* nanoseconds until what has not come will not come */
#define EVENTS 512

static struct wire wire = {.path = "/ws"};
static const char *text = "sixty-four bytes of something to say, which is what people write";
static uint64_t key;        /* makes each message another */

static bool echoing;
static uint64_t until;      /* when an echoing member stops */
static uint64_t sent, arrived; /* messages, and those that all members have */
static uint64_t sent_at[RING], have[RING];

/* -- publishing ------------------------------------------------------------------- */

static void say(struct member *member)
{
    static char payload[16384];
    int length;
    key++;
    if (wire.json)
        length = snprintf(payload, sizeof payload,
                          "{\"type\":\"say\",\"key\":\"%d-%llu\",\"text\":\"%s\"}", getpid(),
                          (unsigned long long)key, text);
    else
        length = snprintf(payload, sizeof payload, "%010llu%s", (unsigned long long)key,
                          text + (strlen(text) < 10 ? strlen(text) : 10));
    member->sent_at = nanoseconds();
    send_frame(member, 1, payload, (size_t)length);
}

static void publish(struct member *member, uint64_t now)
{
    uint64_t number = sent++ % RING;
    have[number] = 0;
    sent_at[number] = now;
    say(member);
}

static void came(struct member *member, uint64_t now)
{
    if (echoing) {
        count_latency(now - member->sent_at);
        arrived++;
        if (now < until) {
            sent++;
            say(member);
        }
        return;
    }
    uint64_t number = (member->got - 1) % RING;
    count_latency(now - sent_at[number]);
    arrived += ++have[number] == wire.count;
}

/* -- the loop --------------------------------------------------------------------- */

static void trickle(uint64_t now)
{
    static uint64_t next;
    if (now < next)
        return;
    next = now + 1000000000u;
    for (size_t n = 0; n < wire.count; n++)
        if (wire.members[n].reading == READS_A_BYTE_A_SECOND)
            wire_take_a_byte(&wire, &wire.members[n]);
}

/* One turn, which waits no longer than `wait` nanoseconds; whether a command is there. */
static bool turn(int64_t wait, bool trickling)
{
    struct epoll_event events[EVENTS];
    struct timespec time = {wait / 1000000000, wait % 1000000000};
    bool command = false;
    int count = epoll_pwait2(wire.epoll, events, EVENTS, wait < 0 ? NULL : &time, NULL);
    for (int n = 0; n < count; n++)
        if (events[n].data.ptr)
            wire_event(&wire, events[n].data.ptr, events[n].events);
        else
            command = true;
    if (trickling)
        trickle(nanoseconds());
    return command;
}

/* Runs until all that was sent has arrived; whether it did. */
static bool drained(void)
{
    uint64_t start = nanoseconds();
    while (arrived < sent && !wire.lost && nanoseconds() - start < PATIENCE)
        turn(100000000, false);
    return arrived == sent;
}

static void pause_for(uint64_t duration)
{
    for (uint64_t now, end = nanoseconds() + duration; (now = nanoseconds()) < end;)
        turn((int64_t)(end - now), false);
}

static void forget(void)
{
    for (size_t n = 0; n < wire.count; n++)
        wire.members[n].got = 0;
    sent = arrived = wire.bytes = wire.pings = 0;
    memset(have, 0, sizeof have);
    forget_latencies();
}

/* Runs until nothing has come for a moment. */
static void settle(void)
{
    for (uint64_t before = UINT64_MAX; before != latencies_counted();) {
        before = latencies_counted();
        pause_for(25000000);
    }
}

/* A server may answer the handshake before it has put the member in: one message is tried
   until it comes to everybody. */
static bool everybody_is_in(void)
{
    for (int tries = 0; tries < 10 && !wire.lost; tries++) {
        forget();
        publish(wire.members, nanoseconds());
        for (int turns = 0; arrived < sent && turns < 500; turns++)
            pause_for(2000000);
        settle();
        if (arrived == sent)
            return true;
    }
    return false;
}

/* -- what is measured ------------------------------------------------------------- */

static void join(size_t count, size_t at_once)
{
    size_t first = wire.count, started = 0, before = wire.joined + wire.lost;
    wire_grow(&wire, count);
    struct mark start = mark();
    while (wire.joined + wire.lost - before < count && nanoseconds() - start.at < 3 * PATIENCE) {
        while (started < count && started - (wire.joined + wire.lost - before) < at_once)
            wire_connect(&wire, &wire.members[first + started++]);
        turn(100000000, false);
    }
    report(&wire, sent, start, !wire.lost && wire.joined - before == count);
}

static void flow(uint64_t in_flight, double seconds)
{
    uint64_t end = nanoseconds() + (uint64_t)(seconds * 1e9), now;
    while ((now = nanoseconds()) < end && !wire.lost) {
        while (sent - arrived < in_flight)
            publish(wire.members, nanoseconds());
        turn((int64_t)(end - now), false);
    }
}

static void burst(uint64_t count, double seconds)
{
    for (uint64_t now, end = nanoseconds() + (uint64_t)(seconds * 1e9);
         (now = nanoseconds()) < end && !wire.lost;) {
        for (uint64_t n = 0; n < count; n++)
            publish(&wire.members[n % wire.count], now);
        if (!drained())
            return;
    }
}

static void paced(double rate, double seconds)
{
    uint64_t start = nanoseconds(), total = (uint64_t)(rate * seconds);
    for (uint64_t n = 0; n < total && !wire.lost; n++) {
        uint64_t due = start + (uint64_t)((double)n / rate * 1e9);
        for (uint64_t now; (now = nanoseconds()) < due;)
            turn((int64_t)(due - now), false);
        publish(wire.members, nanoseconds());
    }
}

static void echo(double seconds)
{
    until = nanoseconds() + (uint64_t)(seconds * 1e9);
    for (size_t n = 0; n < wire.count; n++, sent++)
        say(&wire.members[n]);
    drained();
}

static void measure(const char *command, double number, double seconds)
{
    static bool warmed; /* a server may be as new as its members */
    double warm_up = warmed ? seconds / 10 : seconds > 0.25 ? 0.5 : 2 * seconds;
    echoing = !strcmp(command, "echo");
    warmed = true;
    for (int warm = 1; warm >= 0; warm--) { /* the first time does not count */
        double span = warm ? warm_up : seconds;
        if (!echoing && warm && !everybody_is_in()) {
            report(&wire, sent, mark(), false);
            return;
        }
        forget();
        struct mark start = mark();
        if (echoing)
            echo(span);
        else if (!strcmp(command, "flow"))
            flow((uint64_t)number, span);
        else if (!strcmp(command, "burst"))
            burst((uint64_t)(warm ? number / 10 : number), span);
        else
            paced(number, span);
        bool complete = drained();
        if (!warm || !complete) {
            report(&wire, sent, start, complete);
            return;
        }
    }
}

static void stall(size_t never, size_t byte)
{
    for (size_t n = 0; n < never + byte && n < wire.count; n++) {
        wire.members[n].reading = n < never ? NEVER_READS : READS_A_BYTE_A_SECOND;
        epoll_ctl(wire.epoll, EPOLL_CTL_DEL, wire.members[n].fd, NULL);
    }
    report(&wire, sent, mark(), true);
}

static void obey(const char *line)
{
    char command[16] = "";
    double a = 0, b = 0;
    int found = sscanf(line, "%15s %lf %lf", command, &a, &b);
    if (!strcmp(command, "join"))
        join((size_t)a, (size_t)b);
    else if (!strcmp(command, "stall"))
        stall((size_t)a, (size_t)b);
    else if (!strcmp(command, "idle")) {
        forget();
        struct mark start = mark();
        pause_for((uint64_t)(a * 1e9));
        report(&wire, sent, start, !wire.lost);
    } else if (found > 1)
        measure(command, a, found == 2 ? a : b);
}

/* -- starting --------------------------------------------------------------------- */

static void read_options(int count, char **arguments)
{
    static const struct option options[] = {
        {"port", 1, 0, 'p'}, {"pid", 1, 0, 'i'}, {"path", 1, 0, 'a'}, {"from", 1, 0, 'f'},
        {"rooms", 1, 0, 'r'}, {"json", 0, 0, 'j'}, {"deflate", 0, 0, 'd'},
        {"narrow", 0, 0, 'n'}, {"events", 0, 0, 'e'}, {"text", 1, 0, 't'}, {0, 0, 0, 0}};
    wire.server = (struct sockaddr_in){.sin_family = AF_INET,
                                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    wire.from = wire.server;
    for (int which; (which = getopt_long(count, arguments, "", options, NULL)) != -1;)
        switch (which) {
        case 'p': wire.server.sin_port = htons((uint16_t)atoi(optarg)); break;
        case 'i': watch_processes(optarg); break;
        case 'a': wire.path = optarg; break;
        case 'f': wire.from.sin_addr.s_addr = inet_addr(optarg); break;
        case 'r': wire.rooms = (unsigned)atoi(optarg); break;
        case 'j': wire.json = true; break;
        case 'd': wire.deflate = true; break;
        case 'n': wire.narrow = true; break;
        case 'e': wire.events = true; break;
        case 't': text = optarg; break;
        default: exit(2);
        }
}

int main(int count, char **arguments)
{
    char line[256];
    read_options(count, arguments);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    wire.message = came;
    wire.epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event input = {.events = EPOLLIN | EPOLLONESHOT};
    if (epoll_ctl(wire.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input))
        fail("standard input");
    setvbuf(stdin, NULL, _IONBF, 0); /* a second command must not hide in a buffer */
    for (;;) {
        while (!turn(1000000000, true))
            ;
        if (!fgets(line, sizeof line, stdin))
            break;
        obey(line);
        epoll_ctl(wire.epoll, EPOLL_CTL_MOD, STDIN_FILENO, &input);
    }
    wire_close(&wire);
    return 0;
}
