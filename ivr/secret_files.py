"""Which secrets of the environment stand in files, as service managers and containers give them."""

from collections.abc import Mapping
from pathlib import Path

from ivr.errors import Refusal

SECRETS = ("IVR_AMI_PASSWORD", "IVR_ARI_PASSWORD", "IVR_DATABASE_URL", "IVR_DESK_TOKEN")
_SUFFIX = "_FILE"


def with_secrets(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with `NAME` read from the file that `NAME_FILE` names, for each secret.

    Raises Refusal, which repeats no secret: both are set, or the file cannot be read.
    """
    return {**environ, **{name: text for name in SECRETS if (text := _read(environ, name))}}


def _read(environ: Mapping[str, str], name: str) -> str | None:
    told = environ.get(name + _SUFFIX)
    if not told:
        return None
    if environ.get(name):
        raise Refusal(f"{name} and {name}{_SUFFIX} are both set: unset one.")
    try:
        text = Path(told).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refusal(f"{name}{_SUFFIX}: {told} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise Refusal(f"{name}{_SUFFIX}: {told} is no text.") from None
    if not text:
        raise Refusal(f"{name}{_SUFFIX}: {told} is empty; write the secret into it.")
    return text
