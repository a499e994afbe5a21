"""The other side: the same menu and Asterisk's own `Queue()`, in plain dialplan.

It stands on the shipped configuration folder; only what a queue needs is different.
"""

import shutil
from pathlib import Path

from ivr.domain.call import Language
from ivr.domain.phrase import TopicName
from ivr.settings import PROJECT_ROOT
from tests.bench.place import BENCH, BULK, KEYS, PROBED, Place, sound_bytes

_MODULES = "\nload=app_read.so\n"

# The words of the menu are those of `ivr/scenes`: two menus of which a key is taken during
# the prompt, notices which any key ends, the place in the line, and for the counsellor who
# answers language and topic. Read's option n: do not answer. The number is filtered as on
# our side, by the shipped [caller].
_DIALPLAN = """\
[general]

[globals]
#include "local/globals.conf"

[from-trunk]
exten => _[0-9#*+]!,1,Gosub(caller,s,1)
 same => n,Progress()
 same => n,Read(KEY,{language},1,n,3,6)
 same => n,Read(KEY,{notices},1,n,1,0.1)
 same => n,Read(KEY,{topic},1,n,3,6)
 same => n,Set(CALLERID(name)=FI ${{KEY}})
 same => n,Playback({position},noanswer)
 same => n,Queue(topic${{FILTER(0-9,${{KEY}})}},t,,{whispers}${{FILTER(0-9,${{KEY}})}})
 same => n,Hangup()

{caller}
[from-phones]
exten => _X.,1,Hangup(21)
"""

_QUEUE = """\
[topic{key}]
strategy=leastrecent
musicclass=ivr
timeout=20
retry=1
wrapuptime=0
ringinuse=no
autofill=yes
announce-frequency=0
announce-holdtime=no
joinempty=yes
leavewhenempty=no
{members}
"""


def write_dialplan(place: Place) -> Path:
    """The folder of the configuration that the queue's Asterisk starts from."""
    folder = BENCH / "dialplan"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PROJECT_ROOT / "dialplan", folder)
    with (folder / "modules.conf").open("a") as modules:
        modules.write(_MODULES)
    shipped = (PROJECT_ROOT / "dialplan" / "extensions.conf").read_text()
    (folder / "extensions.conf").write_text(_dialplan(place, _context(shipped, "caller")))
    (folder / "queues.conf").write_text(_queues(place))
    return folder


def _dialplan(place: Place, caller: str) -> str:
    def files(*parts: list[Path]) -> str:
        return "&".join(str(file) for part in parts for file in part)

    return _DIALPLAN.format(
        language=files(
            place.sound("lang_choice"), place.sound("lang_choice", language=Language.SV)
        ),
        notices=files(place.sound("welcome"), place.sound("free_queue")),
        topic=files(place.sound("topic_menu")),
        position=files(place.sound("queue_next")),
        whispers=_whispers(place),
        caller=caller,
    )


def _whispers(place: Place) -> Path:
    """Queue() says one file to the member who answers, so language and topic become one."""
    for topic in (BULK, PROBED):
        whole = sound_bytes(place.sound("whisper_fi", topic=TopicName(topic)))
        (place.prompts / f"whisper{KEYS[topic]}.alaw").write_bytes(whole)
    return place.prompts / "whisper"


def _queues(place: Place) -> str:
    members = {BULK: place.bulk, PROBED: place.probed}
    return "[general]\n" + "\n".join(
        _QUEUE.format(key=KEYS[topic], members=_members(accounts))
        for topic, accounts in members.items()
    )


def _members(accounts: tuple[str, ...]) -> str:
    return "\n".join(f"member => PJSIP/{account}" for account in accounts)


def _context(dialplan: str, name: str) -> str:
    """One context of a dialplan, word for word."""
    start = dialplan.index(f"[{name}]\n")
    end = dialplan.find("\n[", start)
    return dialplan[start : end if end > 0 else len(dialplan)]
