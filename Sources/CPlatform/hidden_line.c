#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU};
enum { handled_count = sizeof handled / sizeof handled[0] };

static volatile sig_atomic_t caught[handled_count];

static void remember(int number) {
    for (int i = 0; i < handled_count; i++) {
        if (handled[i] == number) caught[i] = 1;
    }
}

static int any_caught(void) {
    for (int i = 0; i < handled_count; i++) {
        if (caught[i]) return 1;
    }
    return 0;
}

// One attempt: echo off, prompt, line, echo on. Returns the length, -1 with errno; -2 if a signal came.
static long ask(int terminal, const char *prompt, unsigned char *buffer, unsigned long size) {
    struct sigaction old[handled_count], action = {.sa_handler = remember};
    struct termios before, hidden;
    sigemptyset(&action.sa_mask);
    memset((void *)caught, 0, sizeof caught);
    for (int i = 0; i < handled_count; i++) {
        sigaction(handled[i], NULL, &old[i]);
        if (old[i].sa_handler != SIG_IGN) sigaction(handled[i], &action, NULL);
    }
    long length = 0;
    int failure = 0;
    if (tcgetattr(terminal, &before) != 0) {
        failure = errno;
    } else {
        hidden = before;
        hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
        while (!any_caught() && tcsetattr(terminal, TCSAFLUSH, &hidden) != 0) {
            if (errno != EINTR) {
                failure = errno;
                break;
            }
        }
        if (!any_caught() && failure == 0) (void)!write(terminal, prompt, strlen(prompt));
        while (!any_caught() && failure == 0) {
            unsigned char byte;
            ssize_t count = read(terminal, &byte, 1);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) failure = errno;
            if (count == 0 && length == 0) failure = EPIPE;
            if (count <= 0 || byte == '\n') break;
            if ((unsigned long)length < size) buffer[length] = byte;
            length++;
        }
        while (tcsetattr(terminal, TCSAFLUSH, &before) != 0 && errno == EINTR) {}
        (void)!write(terminal, "\n", 1);
    }
    for (int i = 0; i < handled_count; i++) sigaction(handled[i], &old[i], NULL);
    if (any_caught()) {
        explicit_bzero(buffer, size);
        for (int i = 0; i < handled_count; i++) {
            if (caught[i]) kill(getpid(), handled[i]);
        }
        return -2;
    }
    errno = failure;
    return failure != 0 ? -1 : length;
}

long platform_read_hidden_line(int terminal, const char *prompt, void *buffer, unsigned long size) {
    long length;
    // Here again after SIGTSTP and SIGCONT: ask once more.
    do length = ask(terminal, prompt, buffer, size); while (length == -2);
    return length;
}
