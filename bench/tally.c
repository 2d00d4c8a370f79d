#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEPS 128 /* buckets for each power of two: a latency to 1.6 % */

static clockid_t clocks[8]; /* of the server's processes */
static int clock_count;
static uint64_t latencies[64 * STEPS], counted, longest;

void watch_processes(char *pids)
{
    for (char *pid = strtok(pids, ","); pid && clock_count < 8; pid = strtok(NULL, ","))
        if (clock_getcpuclockid(atoi(pid), &clocks[clock_count++]))
            fail("--pid");
}

static double seconds_of(clockid_t clock)
{
    struct timespec time;
    if (clock_gettime(clock, &time))
        return 0; /* it has ended, which its members will notice */
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct mark mark(void)
{
    struct mark now = {nanoseconds(), 0, seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
    for (int n = 0; n < clock_count; n++)
        now.server += seconds_of(clocks[n]);
    return now;
}

void count_latency(uint64_t taken)
{
    unsigned power = taken < STEPS ? 0 : 63u - (unsigned)__builtin_clzll(taken) - 6;
    latencies[power * STEPS + (taken >> power)]++;
    counted++;
    if (taken > longest)
        longest = taken;
}

uint64_t latencies_counted(void)
{
    return counted;
}

void forget_latencies(void)
{
    memset(latencies, 0, sizeof latencies);
    counted = longest = 0;
}

/* The middle of the bucket that so many per cent of the latencies do not exceed, in seconds. */
static double percentile(double which)
{
    double wanted = which / 100 * (double)counted, seen = 0;
    for (unsigned n = 0; n < 64 * STEPS; n++)
        if ((seen += (double)latencies[n]) >= wanted && latencies[n])
            return ((double)(n % STEPS) + 0.5) * (double)(1ull << (n / STEPS)) / 1e9;
    return 0;
}

void report(const struct wire *wire, uint64_t sent, struct mark start, bool complete)
{
    struct mark end = mark();
    printf("{\"complete\": %s, \"members\": %zu, \"lost\": %zu, \"sent\": %llu,"
           " \"deliveries\": %llu, \"bytes\": %llu, \"pings\": %llu, \"deflated\": %s,"
           " \"seconds\": %.9f, \"server\": %.9f, \"load\": %.9f,"
           " \"p50\": %.9f, \"p99\": %.9f, \"longest\": %.9f}\n",
           complete ? "true" : "false", wire->count, wire->lost, (unsigned long long)sent,
           (unsigned long long)counted, (unsigned long long)wire->bytes,
           (unsigned long long)wire->pings, wire->deflated ? "true" : "false",
           (double)(end.at - start.at) / 1e9, end.server - start.server, end.load - start.load,
           percentile(50), percentile(99), (double)longest / 1e9);
    fflush(stdout);
}
