"""What both sides share: the configuration, the people, the prompts, the folders and the ports."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml

from ivr import config
from ivr.adapters import studio
from ivr.adapters.speech import Prompts
from ivr.adapters.synthesis import EspeakNg
from ivr.domain.call import Language, TopicId
from ivr.domain.phrase import Slot
from ivr.domain.service import Service
from ivr.embedded import packages
from ivr.embedded.packages import Root
from ivr.settings import PROJECT_ROOT, PortRange, Settings

BENCH = PROJECT_ROOT / "var" / "bench"
NUMBER = "0291000001"

# SIPp's callers ask for the first topic and the probes for the second, so that each meets
# counsellors of its own kind. Nobody serves the third: whoever asks for it waits.
BULK, PROBED, UNSERVED = TopicId("families"), TopicId("disability"), TopicId("adults")
KEYS = {BULK: "1", PROBED: "2", UNSERVED: "3"}

# Below the ports that the system gives to clients (32768 and up on Linux).
OUR_RTP = PortRange(first=20000, last=23999)
QUEUE_RTP = PortRange(first=24000, last=27999)
SIPP_RTP = PortRange(first=28000, last=32399)
ECHO_PORTS = (32400, 32410)

_ABSENT = "absent"


@dataclass(frozen=True, kw_only=True)
class Place:
    """What is laid out once a run. `bulk` and `probed` are the counsellors' SIP accounts."""

    root: Root
    config_dir: Path
    service: Service
    prompts: Path
    bulk: tuple[str, ...]
    probed: tuple[str, ...]

    @classmethod
    def lay(cls, *, bulk: int, probed: int) -> Self:
        """Write the configuration, speak the prompts that are missing. Raises Refusal."""
        settings = Settings.from_environment()
        root = packages.ensure(settings.packages_dir, mirror=settings.debian_mirror)
        accounts = {
            BULK: tuple(f"c{n:03}" for n in range(bulk)),
            PROBED: tuple(f"p{n:03}" for n in range(probed)),
            UNSERVED: (_ABSENT,),
        }
        config_dir = _configuration(accounts)
        service = config.load(config_dir)
        prompts = _prompts(service, settings.prompts_dir, root)
        return cls(
            root=root,
            config_dir=config_dir,
            service=service,
            prompts=prompts,
            bulk=accounts[BULK],
            probed=accounts[PROBED],
        )

    @property
    def accounts(self) -> tuple[str, ...]:
        """Every counsellor's account, the absent one's included."""
        return (*self.bulk, *self.probed, _ABSENT)

    def sound(self, prompt: str, *, language: Language = Language.FI, **slots: Slot) -> list[Path]:
        """The files that say a prompt with its slots filled, without their suffix."""
        speech = Prompts.load(self.prompts, self.service)
        return [Path(file) for file in speech.utter(language, prompt, **slots).media]


def sound_bytes(files: Iterable[Path]) -> bytes:
    """The sound of these files one after another, 8 kHz A-law."""
    return b"".join(file.with_name(f"{file.name}.alaw").read_bytes() for file in files)


def _configuration(accounts: dict[TopicId, tuple[str, ...]]) -> Path:
    folder = BENCH / "config"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(Path(__file__).parent / "config", folder)
    topics = [(account, topic) for topic, group in accounts.items() for account in group]
    people = {
        account: {
            "name": f"Mitta {account}",
            "account": account,
            "number": f"{number}",
            "topics": [str(topic)],
            "languages": ["fi", "sv"],
        }
        for number, (account, topic) in enumerate(topics, 2000)
    }
    (folder / "counsellors.yaml").write_text(yaml.safe_dump({"counsellors": people}))
    return folder


def _prompts(service: Service, alike: Path, root: Root) -> Path:
    """Most prompts are those of the shipped configuration; what has been spoken is taken over."""
    out = BENCH / "prompts"
    if not out.exists() and alike.exists():
        shutil.copytree(alike, out)
    studio.build(service, out, EspeakNg(programs=root))
    return out
