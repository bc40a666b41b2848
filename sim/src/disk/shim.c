/* A disk that fails: preloaded into the server, it lets writes or syncs of regular files below FAULT_DIR fail, once the
 * file FAULT_ARM is there. Not for any other use.
 *   FAULT_CALL   write | sync           which calls count
 *   FAULT_FILES  journal | tables       which files: the journal's, or those that it is written out to
 *   FAULT_MODE   once | always | short  the Nth alone; it and all after it; the Nth writes half and the next fails
 *   FAULT_AT     N
 *   FAULT_ERRNO  what the failing call answers
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

static int concerns(int fd, const char *call) {
    char link[64], path[4096];
    struct stat info;
    if (strcmp(setting("FAULT_CALL"), call) != 0) return 0;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 4) return 0;
    path[length] = 0;
    const char *dir = setting("FAULT_DIR");
    if (strncmp(path, dir, strlen(dir)) != 0) return 0;
    int journals = strcmp(setting("FAULT_FILES"), "journal") == 0;
    if (journals ? strcmp(path + length - 4, ".jnl") != 0 : !strstr(path, "/keyspaces/")) return 0;
    return access(setting("FAULT_ARM"), F_OK) == 0;
}

/* 0: go on; 1: fail; 2: write half. */
static int verdict(int fd, const char *call) {
    if (!concerns(fd, call)) return 0;
    long now = atomic_fetch_add(&calls, 1) + 1, at = atol(setting("FAULT_AT"));
    const char *mode = setting("FAULT_MODE");
    if (strcmp(mode, "once") == 0) return now == at;
    if (strcmp(mode, "always") == 0) return now >= at;
    return now == at ? 2 : now == at + 1;
}

static ssize_t fail(void) {
    errno = atoi(setting("FAULT_ERRNO"));
    return -1;
}

ssize_t write(int fd, const void *data, size_t length) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    switch (verdict(fd, "write")) {
    case 1: return fail();
    case 2: return real(fd, data, length > 1 ? length / 2 : length);
    default: return real(fd, data, length);
    }
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t (*real)(int, const struct iovec *, int) = dlsym(RTLD_NEXT, "writev");
    switch (verdict(fd, "write")) {
    case 1: return fail();
    case 2: return real(fd, parts, count > 1 ? count / 2 : count);
    default: return real(fd, parts, count);
    }
}

int fsync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    return verdict(fd, "sync") ? (int)fail() : real(fd);
}

int fdatasync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    return verdict(fd, "sync") ? (int)fail() : real(fd);
}
