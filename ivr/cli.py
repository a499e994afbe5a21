"""The `ivr` command: what can be asked of it, and how a refusal is said."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ivr import backing, callbacks, check, config, logs, notice, prompts, reload, schedule, simulate
from ivr.adapters import clips
from ivr.adapters.migrations import migrate
from ivr.asterisk_files import arguments as asterisk
from ivr.backup import command as backup
from ivr.errors import Refusal
from ivr.plan import Options
from ivr.running import Stop, signals
from ivr.service import serve
from ivr.settings import PROJECT_ROOT, Settings

Command = Callable[[argparse.Namespace, Settings], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 and one line on stderr when not."""
    parsed = all_commands().parse_args(arguments)
    command: Command = parsed.command
    try:
        return command(parsed, Settings.from_environment())
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


def all_commands() -> argparse.ArgumentParser:
    """What can be asked: the parser of the command line."""
    parser = argparse.ArgumentParser(prog="ivr", description="A telephone guidance line.")
    parser.add_argument(
        "--config",
        type=Path,
        default=PROJECT_ROOT / "config",
        metavar="DIR",
        help="the folder of lines.yaml, schedule.yaml and counsellors.yaml (default: %(default)s)",
    )
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    run = verbs.add_parser("run", help="run the line until Ctrl-C or SIGTERM")
    run.add_argument("--open-now", action="store_true", help="try the line at any hour")
    run.add_argument(
        "--take-over",
        action="store_true",
        help="end the controller that runs this line, instead of waiting as its standby",
    )
    run.add_argument("--json", action="store_true", help="log as JSON to stderr, not to a file")
    run.set_defaults(command=_run)
    call = verbs.add_parser("call", help="phone the running line and print what is heard")
    call.add_argument("number", help="the service number to dial")
    call.add_argument("--keys", default="", help='one a question, as in "1 - 2" (a dash: none)')
    call.add_argument("--from", dest="caller", default="+358401234567", help="or: anonymous")
    call.add_argument("--wait", type=float, metavar="S", help="hang up after so many seconds")
    call.set_defaults(command=_call)
    phone = verbs.add_parser("phone", help="be a counsellor's phone, in this terminal")
    phone.add_argument("counsellor", help="the counsellor's name in counsellors.yaml")
    phone.add_argument("--auto", action="store_true", help="answer by itself")
    phone.add_argument("--tone", action="store_true", help="send a soft tone for a voice")
    phone.set_defaults(command=_phone)
    check.arguments(verbs.add_parser("check", help="say what is wrong in the configuration"))
    simulate.arguments(verbs.add_parser("simulate", help="walk a call through, with no Asterisk"))
    schedule.arguments(verbs.add_parser("schedule", help="when a line is open, and why"))
    callbacks.arguments(verbs.add_parser("callbacks", help="who is to be called back"))
    notice.arguments(verbs.add_parser("notice", help="what callers are told for a while"))
    reload.arguments(verbs.add_parser("reload", help="bring what is saved into force now"))
    _upkeep(verbs)
    return parser


def _upkeep(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What is done beside a line: for an Asterisk and a Postgres of one's own."""
    prompts.arguments(verbs.add_parser("prompts", help="the spoken prompts"))
    dialplan = verbs.add_parser("dialplan", help="what Asterisk is told for when we are away")
    dialplan.add_argument("what", choices=["build"], help="write local/alone.conf, queues.conf")
    dialplan.add_argument("folder", type=Path, help="the folder of Asterisk's configuration")
    dialplan.set_defaults(command=_dialplan)
    backup.arguments(verbs)
    asterisk(verbs.add_parser("asterisk", help="an Asterisk of the host's own"))
    database = verbs.add_parser("db", help="the database")
    database.add_argument("what", choices=["migrate"], help="bring its tables up to date")
    database.set_defaults(command=_database)


def _run(parsed: argparse.Namespace, settings: Settings) -> int:
    file = None if parsed.json else settings.state_dir / "log" / "ivr.log"
    logs.configure(as_json=True, file=file)
    options = Options(
        config_dir=parsed.config, open_now=parsed.open_now, take_over=parsed.take_over
    )
    asyncio.run(_serve(settings, options))
    return 0


async def _serve(settings: Settings, options: Options) -> None:
    stop = Stop()
    with signals(stop):
        await serve(settings, options, stop)


def _call(parsed: argparse.Namespace, settings: Settings) -> int:
    # numpy, for the phones' ear, is a fifth of what a line loads that comes back from a crash.
    from ivr.phone import commands  # noqa: PLC0415

    _quietly()
    calling = commands.call(
        settings, parsed.number, keys=parsed.keys, caller=parsed.caller, wait_s=parsed.wait
    )
    return asyncio.run(calling)


def _phone(parsed: argparse.Namespace, settings: Settings) -> int:
    from ivr.phone import commands  # noqa: PLC0415

    _quietly()
    people = config.load(parsed.config).counsellors
    attending = commands.phone(
        settings, people, parsed.counsellor, auto=parsed.auto, tone=parsed.tone
    )
    return asyncio.run(attending)


def _dialplan(parsed: argparse.Namespace, settings: Settings) -> int:
    _quietly()
    for name, text in backing.alone(config.load(parsed.config)).items():
        clips.write(parsed.folder / name, text.encode())
        sys.stdout.write(f"{parsed.folder / name}\n")
    return 0


def _database(parsed: argparse.Namespace, settings: Settings) -> int:
    _quietly()
    url, _ = backing.database(settings)
    applied = asyncio.run(migrate(url))
    sys.stdout.write(f"{len(applied)} migrations applied\n")
    return 0


def _quietly() -> None:
    """Only what goes wrong is logged, for the person at the terminal."""
    logs.configure(as_json=False, level=logging.WARNING)
