"""Starts routers one after the other without the seconds in which Python reads a program: each is forked from here, where all is
read already, and then runs the command `unisono run router` as a process of its own.

Each line on standard input is one start, answered by the new process's number. All that the routers log goes to standard error.
"""

import os
import signal
import sys
from importlib import import_module


def main() -> None:
    """Fork whenever a line comes; end with the input."""
    for read in ("unisono.app.roles", "unisono.app.up"):
        import_module(read)
    from unisono.app.cli import main as command

    # Nobody waits for a child here: whoever kills one sees by its number that it is gone.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(0, 1)
            sys.argv = ["unisono", "run", "router"]
            command()
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
