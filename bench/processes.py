"""CPU time and memory of processes, read from /proc."""

import os
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int(_stat(int(entry.name))[1]) == pid:
                    found.append(int(entry.name))
            except (OSError, IndexError):
                continue
    return found


def family_cpu_s(pid: int) -> float:
    """Return the CPU time of a process, of its ended children, and of those that run; for a PostgreSQL's first process."""
    total = sum(map(int, _stat(pid)[11:15]))
    for child in children(pid):
        try:
            total += sum(map(int, _stat(child)[11:13]))
        except OSError:
            continue
    return total * _TICK_S


def cpu_s(pid: int) -> float:
    """Return the CPU time of one process in seconds."""
    return sum(map(int, _stat(pid)[11:13])) * _TICK_S


def rss_mb(pid: int) -> float:
    """Return a process's resident memory in megabytes (10^6 bytes), shared pages included."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * _PAGE_BYTES / 1e6
