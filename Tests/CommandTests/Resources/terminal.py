"""Runs a program at a terminal of its own and talks to it.

terminal.py PROGRAM ARGUMENT... < SCRIPT

The script is JSON: a list of steps.
  ["expect", TEXT]   waits until the terminal shows it
  ["type", TEXT]     types it
  ["echo", BOOLEAN]  fails unless the terminal's echo is as said
  ["signal", NUMBER] sends a signal to the program
  ["hangup", null]   closes the terminal
Prints JSON: "screen", all that the terminal showed, in base64; "code", the exit code, or 128 and a signal's number; "echo", whether the
terminal echoes at the end; "failed", the index of the step that failed, or null. Standard output and error of the program are the
terminal, unless OUTPUT names a file for standard output.
"""

import base64, fcntl, json, os, pty, select, signal, sys, termios, time

steps = json.load(sys.stdin)
master, slave = pty.openpty()
reports, report = os.pipe()


def become_program():
    """The program is a job of its own in the foreground, as below a shell: in an orphaned process group nothing can be stopped."""
    os.setpgid(0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTOU])
    os.tcsetpgrp(0, os.getpgrp())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTTOU])
    os.execv(sys.argv[1], sys.argv[1:])


shell = os.fork()
if shell == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    output = os.environ.pop("OUTPUT", None)
    os.dup2(slave, 0)
    os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT, 0o600) if output else slave, 1)
    os.dup2(slave, 2)
    os.set_inheritable(report, False)
    for number in (master, slave, reports):
        os.close(number)
    program = os.fork()
    if program == 0:
        become_program()
    # It lives on when the terminal is closed, to tell what became of the program.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.write(report, b"%d\n" % program)
    _, status = os.waitpid(program, 0)
    os.write(report, b"%d\n" % status)
    os._exit(0)
os.close(report)
reports = os.fdopen(reports)
process = int(reports.readline())

screen = b""
seen = 0


def read(seconds):
    global screen
    if master < 0:
        time.sleep(seconds)
        return False
    if not select.select([master], [], [], seconds)[0]:
        return False
    try:
        piece = os.read(master, 65536)
    except OSError:
        return False
    screen += piece
    return bool(piece)


def echoes():
    return master >= 0 and bool(termios.tcgetattr(slave)[3] & termios.ECHO)


def perform(step):
    global seen, master
    verb, argument = step
    end = time.monotonic() + 20
    if verb == "expect":
        wanted = argument.encode()
        while wanted not in screen[seen:]:
            if time.monotonic() > end:
                return False
            read(0.1)
        seen += screen[seen:].index(wanted) + len(wanted)
    elif verb == "type":
        os.write(master, argument.encode())
    elif verb == "echo":
        while echoes() != argument:
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
    elif verb == "signal":
        os.kill(process, argument)
    elif verb == "hangup":
        os.close(master)
        master = -1
    return True


failed = None
for index, step in enumerate(steps):
    if not perform(step):
        failed = index
        os.kill(process, signal.SIGKILL)
        break
end = time.monotonic() + 30
while True:
    done, status = os.waitpid(shell, os.WNOHANG)
    if done:
        status = int(reports.readline())
        break
    if time.monotonic() > end:
        os.kill(process, signal.SIGKILL)
    read(0.02)
while read(0.05):
    pass
code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
answer = {"screen": base64.b64encode(screen).decode(), "code": code, "echo": echoes(), "failed": failed}
print(json.dumps(answer))
