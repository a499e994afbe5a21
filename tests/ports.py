"""Ports for servers that tests start, each given to one test process at a time."""

import errno
import random
import socket
from typing import Final

# Apart from the ports that the system hands out to clients (32768 and up on Linux) and
# from those of the tests' calls: a port that is free now is still free when a server,
# started a moment later, wants it.
RANGE: Final = range(6100, 9900)

# Whoever holds a port here, on an address that nothing else uses, may use it on 127.0.0.1.
_LEDGER: Final = "127.0.0.2"
_held: Final[list[socket.socket]] = []


def free_port() -> int:
    """A port free on 127.0.0.1, UDP and TCP, and kept for this process."""
    for port in random.sample(RANGE, len(RANGE)):
        token = socket.socket()
        try:
            token.bind((_LEDGER, port))
            _bind_both(port)
        except OSError as error:
            token.close()
            if error.errno != errno.EADDRINUSE:
                raise
            continue
        _held.append(token)
        return port
    raise AssertionError(f"no port is free in {RANGE}")


def _bind_both(port: int) -> None:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.bind(("127.0.0.1", port))
