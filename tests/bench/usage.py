"""What a process uses: CPU of all its threads, resident memory (proc_pid_stat(5), Linux)."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """CPU seconds of all threads, user and system."""
    user, system, *_ = _times(pid)
    return user + system


def family_cpu_s(pid: int) -> float:
    """The same with its children, those included that have ended and were waited for."""
    return sum(_times(pid)) + sum(cpu_s(child) for child in _children(pid))


def memory_mb(pid: int) -> float:
    """Resident memory, MB (10^6 bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _times(pid: int) -> tuple[float, ...]:
    """User and system time of the process, then of its ended children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return tuple(int(ticks) / _TICKS for ticks in fields[11:15])


def _children(pid: int) -> list[int]:
    return [child for child in _processes() if _parent(child) == pid]


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdecimal()]


def _parent(pid: int) -> int:
    """Its parent; 0 if it has gone meanwhile."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
