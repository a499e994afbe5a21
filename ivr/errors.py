"""The refusals that a person is meant to read."""


class Refusal(Exception):
    """Why the line will not start or a command will not run.

    The message is one sentence for an administrator: what is wrong, where
    (file and line where there is one), and what to do. The command line prints
    it alone, without a traceback, and exits with 1.
    """
