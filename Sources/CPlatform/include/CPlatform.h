// What Swift on Linux cannot call itself: variadic functions, and calls that glibc hides behind _GNU_SOURCE.
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stddef.h>

// renameat2(2) in one directory; flags: 0 or RENAME_NOREPLACE (1). Returns 0 or -1 with errno.
int platform_rename(int directory, const char *from, const char *to, unsigned int flags);

// memfd_create(2) with sealing allowed; the descriptor survives execve. Returns it or -1 with errno.
int platform_memory_file(const char *name);

// fcntl(F_ADD_SEALS): the file can be neither written, grown nor shrunk again. Returns 0 or -1 with errno.
int platform_seal_memory_file(int descriptor);

// No core dumps and no ptrace by other processes of this user. Returns 0 or -1 with errno.
int platform_refuse_inspection(void);

// Terminal echo of a descriptor: returns the previous state (0 off, 1 on) or -1 with errno.
int platform_set_echo(int descriptor, int on);

// Columns of the terminal behind a descriptor, or 0.
int platform_terminal_width(int descriptor);

// sqlite3_db_config(): defensive mode, no triggers, no views, schema not trusted. `sqlite3 *`; returns 0 or SQLite's code.
int platform_harden_sqlite(void *connection);

// The file system's type number from statfs(2), or -1 with errno.
long platform_file_system_type(const char *path);

#endif
