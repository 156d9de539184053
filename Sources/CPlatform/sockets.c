#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// Returns the address's length, or 0 with errno.
static socklen_t address_of(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (length == 0 || length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return 0;
    }
    memcpy(address->sun_path, path, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

static int close_failed(int descriptor) {
    int failure = errno;
    close(descriptor);
    errno = failure;
    return -1;
}

int platform_listen(const char *path, int backlog) {
    struct sockaddr_un address;
    socklen_t length = address_of(path, &address);
    if (length == 0) return -1;
    int number = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (number < 0) return -1;
    // The mode of the file comes from the socket's own, so that nobody can connect before it is narrowed.
    if (fchmod(number, 0600) != 0 || bind(number, (struct sockaddr *)&address, length) != 0) return close_failed(number);
    if (chmod(path, 0600) != 0 || listen(number, backlog) != 0) {
        int failure = errno;
        unlink(path);
        errno = failure;
        return close_failed(number);
    }
    return number;
}

int platform_listen_loopback(unsigned short port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (number < 0) return -1;
    int yes = 1;
    // A port that was in use a minute ago; never one that is in use.
    if (setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) return close_failed(number);
    if (bind(number, (struct sockaddr *)&address, sizeof address) != 0 || listen(number, 1024) != 0) return close_failed(number);
    return number;
}

unsigned short platform_port(int listener) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &length) != 0 || address.sin_family != AF_INET) return 0;
    return ntohs(address.sin_port);
}

int platform_take_any_listener(int descriptor) {
    int type = 0, listens = 0;
    union {
        struct sockaddr any;
        struct sockaddr_un path;
        struct sockaddr_in internet;
    } address;
    socklen_t length = sizeof type;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_STREAM) return 0;
    length = sizeof listens;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0 || !listens) return 0;
    length = sizeof address;
    if (getsockname(descriptor, &address.any, &length) != 0) return 0;
    int isLocal = address.any.sa_family == AF_UNIX ||
                  (address.any.sa_family == AF_INET && (ntohl(address.internet.sin_addr.s_addr) >> 24) == 127);
    return isLocal && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

int platform_connect(const char *path, int seconds) {
    struct sockaddr_un address;
    socklen_t length = address_of(path, &address);
    if (length == 0) return -1;
    int number = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (number < 0) return -1;
    struct timeval patience = {.tv_sec = seconds};
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    int result;
    do result = connect(number, (struct sockaddr *)&address, length); while (result != 0 && errno == EINTR);
    return result == 0 ? number : close_failed(number);
}

int platform_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

int platform_peer_user(int number, unsigned int *user) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(number, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
    *user = peer.uid;
    return 0;
}

int platform_take_listener(int descriptor) {
    int type = 0, listens = 0;
    struct sockaddr_un address;
    socklen_t length = sizeof type;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_STREAM) return 0;
    length = sizeof listens;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0 || !listens) return 0;
    length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0 || address.sun_family != AF_UNIX) return 0;
    // Once more, so that clients see this process as the one that listens.
    return listen(descriptor, 128) == 0 && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 && fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0;
}

int platform_signal_descriptor(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int platform_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

void platform_close_all_on_execute(void) { close_range(3, ~0U, CLOSE_RANGE_CLOEXEC); }

int platform_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    rlim_t wanted = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = wanted;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
}

void platform_set_process_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

double platform_uptime(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void platform_notify(const char *message) {
    const char *path = getenv("NOTIFY_SOCKET");
    if (path == NULL) return;
    struct sockaddr_un address;
    socklen_t length = address_of(path, &address);
    if (length == 0 || (path[0] != '/' && path[0] != '@')) return;
    if (path[0] == '@') {
        address.sun_path[0] = 0;
        length--;
    }
    int number = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (number < 0) return;
    (void)!sendto(number, message, strlen(message), MSG_NOSIGNAL, (struct sockaddr *)&address, length);
    close(number);
}
