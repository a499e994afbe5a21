"""Which process becomes a controller: a fork of one that has loaded everything already.

What a controller loads takes a second of the processor, most of its start. It is loaded once, here;
each controller is then the real command in a process of its own, with its own environment,
folder and output, and can be killed like any other.
"""

import json
import os
import signal
import socket
import sys
from typing import NamedTuple

from ivr.cli import main

LONGEST_ORDER = 1 << 20


class Order(NamedTuple):
    """What is to be run: the arguments of `ivr`, and the whole of the environment."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str


def serve(control: socket.socket) -> Order | None:
    """Fork for each order; returns the order in the process that is to run it, None at the end.

    With an order come the way back, which is told the process's id and its exit code, a line
    each, and the file to write to.
    """
    while True:
        text, descriptors, _, _ = socket.recv_fds(control, LONGEST_ORDER, 2)
        if not text:
            return None
        if os.fork() == 0:
            control.close()
            back, log = descriptors
            return _kept(Order(**json.loads(text)), back, log)
        for descriptor in descriptors:
            os.close(descriptor)


def _kept(order: Order, back: int, log: int) -> Order:
    """The order, in a process whose parent waits for its end and tells it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if (child := os.fork()) != 0:
        os.close(log)
        os.write(back, f"{child}\n".encode())
        _, status = os.waitpid(child, 0)
        os.write(back, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    os.close(back)
    for output in (sys.stdout, sys.stderr):
        os.dup2(log, output.fileno())
    os.close(log)
    return order


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait
    taken = serve(socket.socket(fileno=int(sys.argv[1])))
    if taken is not None:
        os.environ.clear()
        os.environ.update(taken.environment)
        os.chdir(taken.folder)
        sys.exit(main(taken.arguments))
