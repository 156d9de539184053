#define _GNU_SOURCE
#include "CPlatform.h"

#include <sys/xattr.h>
#include <sys/fsuid.h>
#include <limits.h>
#include <grp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

int platform_rename(int directory, const char *from, const char *to, unsigned int flags) {
    return renameat2(directory, from, directory, to, flags);
}

int platform_memory_file(const char *name) {
    return memfd_create(name, MFD_ALLOW_SEALING);
}

int platform_seal_memory_file(int descriptor) {
    return fcntl(descriptor, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
}

static struct rlimit core_limit;
static int core_limit_is_known;

int platform_refuse_inspection(void) {
    static const int crashes[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGTRAP, SIGQUIT};
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        struct sigaction now;
        // An ignored SIGQUIT (nohup, a background job) stays ignored, for the sake of the program that run starts.
        if (sigaction(crashes[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN) signal(crashes[i], SIG_DFL);
    }
    if (getrlimit(RLIMIT_CORE, &core_limit) != 0) return -1;
    core_limit_is_known = 1;
    struct rlimit none = {0, core_limit.rlim_max};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void platform_restore_limits(void) {
    if (core_limit_is_known) setrlimit(RLIMIT_CORE, &core_limit);
}

void platform_fill_standard_descriptors(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        // The lowest free number is the one that is closed. Writing to it fails, as it would have.
        if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) (void)!open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY);
    }
}

int platform_execute(const char *file, char *const arguments[], char *const environment[]) {
    return execvpe(file, arguments, environment);
}

int platform_terminal_width(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int platform_harden_sqlite(void *connection) {
    const int settings[][2] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        int code = sqlite3_db_config(connection, settings[i][0], settings[i][1], (int *)0);
        if (code != SQLITE_OK) return code;
    }
    sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, 64 << 20);
    sqlite3_limit(connection, SQLITE_LIMIT_SQL_LENGTH, 4096);
    sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(connection, SQLITE_LIMIT_VARIABLE_NUMBER, 32);
    return SQLITE_OK;
}

long platform_file_system_type(const char *path) {
    struct statfs info;
    return statfs(path, &info) == 0 ? (long)info.f_type : -1;
}

int platform_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int platform_spawn_without_descriptors(posix_spawn_file_actions_t *actions) {
    return platform_spawn_without_descriptors_above(actions, 2);
}

int platform_spawn_without_descriptors_above(posix_spawn_file_actions_t *actions, int last) {
    return posix_spawn_file_actions_addclosefrom_np(actions, last + 1);
}

int platform_spawn_flags(void) { return POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF; }

static gid_t saved_groups[NGROUPS_MAX];
static int saved_group_count;

int platform_act_as(unsigned int user, unsigned int group) {
    saved_group_count = getgroups(NGROUPS_MAX, saved_groups);
    if (saved_group_count < 0 || setgroups(0, NULL) != 0) return -1;
    setfsgid(group);
    setfsuid(user);
    // Both return what was before, whether or not they changed it: asking with an impossible number tells.
    if ((unsigned int)setfsuid((uid_t)-1) == user && (unsigned int)setfsgid((gid_t)-1) == group) return 0;
    platform_act_as_self();
    return -1;
}

int platform_act_as_self(void) {
    setfsuid(geteuid());
    setfsgid(getegid());
    if (setgroups((size_t)saved_group_count, saved_groups) != 0) return -1;
    return (uid_t)setfsuid((uid_t)-1) == geteuid() && (gid_t)setfsgid((gid_t)-1) == getegid() ? 0 : -1;
}

int platform_unnamed_file(int directory) { return openat(directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600); }

int platform_name_file(int file, int directory, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return linkat(AT_FDCWD, path, directory, name, AT_SYMLINK_FOLLOW);
}

int platform_has_acl(const char *path) { return lgetxattr(path, "system.posix_acl_access", NULL, 0) > 0; }
