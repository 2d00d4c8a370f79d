/* What is counted: latencies in buckets, processor time, and the line of JSON that says both. */

#ifndef TALLY_H
#define TALLY_H

#include "wire.h"

struct mark {
    uint64_t at;         /* nanoseconds */
    double server, load; /* seconds of processor time so far */
};

void watch_processes(char *pids);
struct mark mark(void);
void count_latency(uint64_t nanoseconds);
uint64_t latencies_counted(void);
void forget_latencies(void);
void report(const struct wire *, uint64_t sent, struct mark start, bool complete);

#endif
