"""The page of the commands: every command of `ivr` and every option, from its parser."""

import argparse
from collections.abc import Iterator, Sequence

from ivr.manual.markdown import cell, code, table
from ivr.settings import PROJECT_ROOT

_HEAD = """# Commands

What `ivr COMMAND --help` says, for all of them. A command ends with 0 when it has done what was
asked, with 1 and a line on stderr when not, with 2 when it was asked wrongly.
"""


def page(parser: argparse.ArgumentParser) -> str:
    """The page in Markdown."""
    return "\n".join([_HEAD, *_sections(parser, about=parser.description or "")])


def _sections(parser: argparse.ArgumentParser, *, about: str) -> Iterator[str]:
    actions = _actions(parser)
    yield f"## {parser.prog}\n"
    yield f"{_sentence(parser.description or about)}\n"
    yield f"```\n{parser.format_usage().removeprefix('usage: ').rstrip()}\n```\n"
    rows = [_row(parser, action) for action in actions if not _is_told_elsewhere(action)]
    if rows:
        yield table(["argument", "", "if left out"], rows)
    for action in actions:
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            yield from _subcommands(action)


def _subcommands(action: "argparse._SubParsersAction[argparse.ArgumentParser]") -> Iterator[str]:
    helps = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001
    for name, command in action.choices.items():
        yield from _sections(command, about=helps.get(name, ""))


def _actions(parser: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    """What the parser takes: argparse has no public way to ask for it."""
    return parser._actions  # noqa: SLF001


def _is_told_elsewhere(action: argparse.Action) -> bool:
    """A subcommand has a section of its own, and every command has --help."""
    hidden = action.help == argparse.SUPPRESS
    return hidden or isinstance(
        action,
        argparse._SubParsersAction | argparse._HelpAction,  # noqa: SLF001
    )


def _row(parser: argparse.ArgumentParser, action: argparse.Action) -> Sequence[str]:
    named = ", ".join(code(f"{flag}{_value(action)}") for flag in action.option_strings)
    about = (action.help or "") % {**vars(action), "prog": parser.prog}
    return [named or code(_positional(action)), cell(_relative(about)), _left_out(action)]


def _value(action: argparse.Action) -> str:
    """What follows the option: ` S`, or nothing for a switch."""
    if action.nargs == 0:
        return ""
    return f" {_choices(action) or action.metavar or action.dest.upper()}"


def _positional(action: argparse.Action) -> str:
    return _choices(action) or str(action.metavar or action.dest)


def _choices(action: argparse.Action) -> str:
    return "|".join(str(each) for each in action.choices or ())


def _left_out(action: argparse.Action) -> str:
    if action.required:
        return "must be given"
    if action.default in (None, False, "", argparse.SUPPRESS):
        return ""
    return code(_relative(str(action.default)))


def _relative(text: str) -> str:
    """Paths as they are seen from the project's folder."""
    return text.replace(f"{PROJECT_ROOT}/", "")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""
