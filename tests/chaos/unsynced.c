/* Preloaded into the server: remembers how to undo what was written and not yet synced.
 *
 * Before each write to the watched file ($UNSYNCED) or its -wal, the bytes that it replaces and
 * the file's size are put into a file beside it, <name>.undo; a sync empties that one. Undoing
 * what stands there, last first, gives the files as they are after a power cut at that moment,
 * with everything lost that may be lost. That is power.py's work.
 *
 * Where that cannot be noted down, the write itself fails.
 *
 * A record: offset, number of old bytes, size of the file, each 64 bits; the old bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Writes the path of the undo file for this descriptor; 0 when it is not watched. */
static int undo_path(int fd, char *path) {
    char link[64];
    const char *watched = getenv("UNSYNCED");
    if (!watched) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    if (size < 0) return 0;
    path[size] = 0;
    size_t prefix = strlen(watched);
    if (strncmp(path, watched, prefix)) return 0;
    if (strcmp(path + prefix, "") && strcmp(path + prefix, "-wal")) return 0;
    strcat(path, ".undo");
    return 1;
}

/* Remembers what stands at offset .. end, as far as the file goes; 0 when it could not. */
static int remember(int fd, off64_t offset, off64_t end) {
    char path[PATH_MAX + 8];
    struct stat64 now, notes;
    if (!undo_path(fd, path)) return 1;
    if (fstat64(fd, &now)) return 0;
    if (end > now.st_size) end = now.st_size;
    int64_t saved = end > offset ? end - offset : 0;
    int64_t head[3] = {offset, saved, now.st_size};
    ssize_t size = sizeof head + saved;
    char *record = malloc(size);
    int undo = open64(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    errno = 0;
    int done = record && undo >= 0 && fstat64(undo, &notes) == 0;
    if (done) {
        memcpy(record, head, sizeof head);
        done = pread64(fd, record + sizeof head, saved, offset) == saved &&
               write(undo, record, size) == size;
        if (!done) { /* the disk is full: no half record */
            int why = errno;
            if (REAL(ftruncate64)(undo, notes.st_size)) abort();
            errno = why ? why : ENOSPC;
        }
    }
    if (undo >= 0) close(undo);
    free(record);
    return done;
}

static int forget(int fd, int result) {
    char path[PATH_MAX + 8];
    if (result == 0 && undo_path(fd, path)) truncate64(path, 0);
    return result;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    if (!remember(fd, offset, offset + size)) return -1;
    return REAL(pwrite64)(fd, data, size, offset);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    if (!remember(fd, offset, offset + size)) return -1;
    return REAL(pwrite)(fd, data, size, offset);
}

int ftruncate64(int fd, off64_t size) {
    if (!remember(fd, size, INT64_MAX)) return -1;
    return REAL(ftruncate64)(fd, size);
}

int ftruncate(int fd, off_t size) {
    if (!remember(fd, size, INT64_MAX)) return -1;
    return REAL(ftruncate)(fd, size);
}

int fsync(int fd) { return forget(fd, REAL(fsync)(fd)); }

int fdatasync(int fd) { return forget(fd, REAL(fdatasync)(fd)); }
