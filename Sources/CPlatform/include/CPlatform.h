// What Swift on Linux cannot call itself: variadic functions, and calls that glibc hides behind _GNU_SOURCE.
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <spawn.h>
#include <stddef.h>

// renameat2(2) in one directory; flags: 0 or RENAME_NOREPLACE (1). Returns 0 or -1 with errno.
int platform_rename(int directory, const char *from, const char *to, unsigned int flags);

// memfd_create(2) with sealing allowed; the descriptor survives execve. Returns it or -1 with errno.
int platform_memory_file(const char *name);

// fcntl(F_ADD_SEALS): the file can be neither written, grown nor shrunk again. Returns 0 or -1 with errno.
int platform_seal_memory_file(int descriptor);

// No core dumps and no ptrace by other processes of this user; crash signals back to their defaults, since Swift's handlers print memory.
// Returns 0 or -1 with errno.
int platform_refuse_inspection(void);

// What platform_refuse_inspection() changed and execve(2) would hand on: the limit on core dumps.
void platform_restore_limits(void);

// Opens /dev/null in place of each standard descriptor that is closed, so that no file ever gets its number.
void platform_fill_standard_descriptors(void);

// Asks on a terminal without echo. Reads up to `size` bytes of one line into `buffer`; the rest of a longer line is dropped and counted.
// Signals that end or stop a process restore the echo first and are then delivered. Returns the line's length without its end, or -1
// with errno (EPIPE at the end of input).
long platform_read_hidden_line(int terminal, const char *prompt, void *buffer, unsigned long size);

// execvpe(3): returns only on failure, with errno.
int platform_execute(const char *file, char *const arguments[], char *const environment[]);

// Columns of the terminal behind a descriptor, or 0.
int platform_terminal_width(int descriptor);

// sqlite3_db_config(): defensive mode, no triggers, no views, schema not trusted. `sqlite3 *`; returns 0 or SQLite's code.
int platform_harden_sqlite(void *connection);

// The file system's type number from statfs(2), or -1 with errno.
long platform_file_system_type(const char *path);

// pipe2(2), both ends close-on-exec. Returns 0 or -1 with errno.
int platform_pipe(int ends[2]);

// The started program has no descriptor above standard error. Returns 0 or an error number.
int platform_spawn_without_descriptors(posix_spawn_file_actions_t *actions);

// The same with the descriptors up to `last` kept.
int platform_spawn_without_descriptors_above(posix_spawn_file_actions_t *actions, int last);

// The flags of posix_spawn(3) for a program in a session of its own, with the signal mask and defaults of its attributes.
int platform_spawn_flags(void);

// This thread's file operations are another user's from now on, with that user's rights and without supplementary groups: setfsuid(2). Only
// root can. Returns 0, or -1 and nothing is changed.
int platform_act_as(unsigned int user, unsigned int group);

// The end of platform_act_as(). Returns 0, or -1 if the thread is not itself again.
int platform_act_as_self(void);

// A file without a name in a directory (O_TMPFILE), close-on-exec, mode 0600. Returns it or -1 with errno.
int platform_unnamed_file(int directory);

// Gives a file without a name one. Returns 0 or -1 with errno.
int platform_name_file(int file, int directory, const char *name);

// Whether a file has an access control list beside its mode.
int platform_has_acl(const char *path);

// The arguments that this process was started with, in the memory that others see in /proc/PID/cmdline.
int platform_argument_count(void);

// One of them, or NULL. Swift's own list is read from that memory when it is first asked for.
const char *platform_argument(int index);

// Overwrites an argument with asterisks, from a byte on.
void platform_overwrite_argument(int index, unsigned long from);

// A Unix socket that listens, close-on-exec and non-blocking, mode 0600. Returns it or -1 with errno; EADDRINUSE if the path exists.
int platform_listen(const char *path, int backlog);

// A TCP socket that listens on 127.0.0.1, close-on-exec; port 0 for any. Returns it or -1 with errno.
int platform_listen_loopback(unsigned short port);

// The port of such a socket.
unsigned short platform_port(int listener);

// Whether a descriptor is a stream socket that listens, on a path or on 127.0.0.1; makes it close-on-exec then.
int platform_take_any_listener(int descriptor);

// A blocking connection to a Unix socket, close-on-exec, that waits at most `seconds` for each answer. Returns it or -1 with errno.
int platform_connect(const char *path, int seconds);

// The next connection of a listening socket, close-on-exec and non-blocking. Returns it or -1 with errno.
int platform_accept(int listener);

// The user of the process at the other end of a Unix socket, as it was when it connected (SO_PEERCRED). Returns 0 or -1 with errno.
int platform_peer_user(int socket, unsigned int *user);

// Whether a descriptor is a Unix stream socket that listens; makes it close-on-exec and non-blocking then.
int platform_take_listener(int descriptor);

// Blocks these signals for the whole process and gives a descriptor from which they are read, close-on-exec and non-blocking; or -1.
int platform_signal_descriptor(const int *signals, int count);

// The next signal of such a descriptor, or 0.
int platform_next_signal(int descriptor);

// All descriptors above standard error are closed by execve(2).
void platform_close_all_on_execute(void);

// As many descriptors as the hard limit allows, 65,536 at most. Returns how many.
int platform_raise_descriptor_limit(void);

// What ps(1) calls this process, which is the file's name otherwise.
void platform_set_process_name(const char *name);

// Seconds since the machine started, those asleep among them.
double platform_uptime(void);

// Tells the service manager of $NOTIFY_SOCKET something, such as "READY=1". Without that variable nothing is done.
void platform_notify(const char *message);

#endif
