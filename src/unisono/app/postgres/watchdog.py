"""A process that starts PostgreSQL and ends it when its own owner is gone, however the owner ended.

Run as a script: `python -I -S watchdog.py UID GID COMMAND...`; UID -1 keeps the user. Standard input is a pipe whose
other end the owner holds: the kernel closes it also after SIGKILL. Needs only the standard library, so that it starts
fast and keeps little in memory.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys

PATIENCE_S = 60
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run the server until it ends or the owner does; returns the server's exit code, 128 + n for signal n."""
    uid, gid, *command = arguments
    # A service manager or a terminal signals the whole group; the server lives as long as its owner, no shorter. Handlers
    # and not SIG_IGN, because an ignored signal stays ignored in the server.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    os.set_blocking(wake_read, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    run_as = {} if uid == "-1" else {"user": int(uid), "group": int(gid), "extra_groups": []}
    server = subprocess.Popen(  # type: ignore[call-overload]
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=_die_with_parent(),  # noqa: PLW1509 - there is a single thread
        **run_as,
    )
    while server.poll() is None:
        ready, _, _ = select.select([0, wake_read], [], [])
        if wake_read in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake_read, 512)
        if 0 in ready and not os.read(0, 512):
            _end(server)
    code: int = server.returncode
    return code if code >= 0 else 128 - code


def _die_with_parent() -> object:
    # Should this process be killed as well, the kernel asks the server to end (Linux only). Safe here because there is a
    # single thread: the signal comes when the thread that forked ends, not the process (prctl(2), PR_SET_PDEATHSIG).
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT))


def _end(server: "subprocess.Popen[bytes]") -> None:
    """Fast shutdown; when that takes too long, the immediate one, from which the next start recovers."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
