"""The page of the environment: every variable that the line reads, and what it is for."""

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.manual.markdown import cell, code, table

_HEAD = """# Environment variables

Where this instance runs. An empty variable counts as not set; one that cannot be is refused at the
start, by its name.
"""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One variable. `default` is a value that may be written for what is in force without it."""

    name: str
    about: str
    default: str = ""


VARIABLES: Sequence[Variable] = (
    Variable(
        name="IVR_STATE_DIR",
        about="packages, prompts, secrets, the outbox, logs; one controller a folder runs the line,"
        " others wait. If left out, the folder var of the project",
    ),
    Variable(
        name="IVR_SIP_BIND",
        default="127.0.0.1:5060",
        about="where Asterisk takes SIP (UDP), IP:PORT",
    ),
    Variable(
        name="IVR_SIP_TRUNK",
        about="where the operator takes our calls, IP:PORT: callbacks, and transfers to outside"
        " numbers. Without it transfers are refused, and callbacks stay on the list, to be called"
        " by hand. With an Asterisk of your own: an aors= on its endpoint trunk",
    ),
    Variable(
        name="IVR_SIP_TRUNK_PEERS",
        about="where the operator's calls come from: addresses and networks, with commas between"
        " them, such as 192.0.2.0/28. If left out, the address of IVR_SIP_TRUNK",
    ),
    Variable(
        name="IVR_SIP_TRUNK_USER",
        about="the account to register with, where the operator wants one; it answers, too, when"
        " a call of ours is challenged",
    ),
    Variable(
        name="IVR_SIP_TRUNK_PASSWORD_FILE",
        about="a file that holds the account's password and nothing else, mode 0600",
    ),
    Variable(name="IVR_SIP_TRUNK_PASSWORD", about="the password itself, instead of the file"),
    Variable(
        name="IVR_SIP_TRUNK_DOMAIN",
        about="the operator's name in SIP addresses, such as sip.example.com; if left out, the"
        " address of IVR_SIP_TRUNK stands there",
    ),
    Variable(
        name="IVR_SIP_TLS_BIND",
        about="where SIP is taken over TLS (TCP), IP:PORT; all three of TLS or none",
    ),
    Variable(name="IVR_SIP_TLS_CERT", about="its certificate, with the chain, a PEM file"),
    Variable(name="IVR_SIP_TLS_KEY", about="the certificate's key, a PEM file"),
    Variable(
        name="IVR_RTP_PORTS",
        default="10000-19999",
        about="UDP ports for sound, on the address of IVR_SIP_BIND; a call uses two",
    ),
    Variable(
        name="IVR_HTTP_BIND",
        default="127.0.0.1:8080",
        about="where /healthz, /readyz, /metrics and the desk's interface are",
    ),
    Variable(
        name="IVR_DESK_TOKEN",
        about="the desk's bearer token, at least 20 characters; if left out, made at the first"
        " start, in secrets/desk_token of the state folder",
    ),
    Variable(
        name="IVR_PINS_FILE",
        about='the counsellors\' PINs, {"salminen": "4 to 6 digits"}; if left out, made at the'
        " first start, in secrets/pins.json of the state folder",
    ),
    Variable(
        name="IVR_SPEECH_COMMAND",
        about="the program that speaks the prompts, with its arguments, instead of espeak-ng; run"
        " once for each text (see Prompts)",
    ),
    Variable(
        name="IVR_RECORDINGS_DIR",
        about="where Asterisk keeps what is recorded on a phone, its recording under astspooldir;"
        " for backups, and to bring it to the level of the prompts. If left out, that of the"
        " embedded Asterisk",
    ),
    Variable(
        name="IVR_ALONE_DIR",
        about="where Asterisk notes the calls that it serves while no controller is there; if left"
        " out, the folder alone of the state folder",
    ),
    Variable(
        name="IVR_OUTBOX_MB",
        default="2000",
        about="how far outbox.sqlite may grow while Postgres is away, in megabytes: a call takes"
        " some 5 to 10 KB, eight calls a second some 200 MB an hour",
    ),
    Variable(
        name="IVR_DATABASE_URL",
        about="a Postgres of your own, postgresql://USER:PASSWORD@HOST/NAME; without it the"
        " embedded one is started",
    ),
    Variable(
        name="IVR_ARI_URL",
        about="an Asterisk of your own (22.6 or newer, with dialplan/ as its configuration),"
        " http://HOST:PORT; without it the embedded one is started",
    ),
    Variable(name="IVR_ARI_USER", about="the user at that Asterisk's ARI"),
    Variable(name="IVR_ARI_PASSWORD", about="and the password"),
    Variable(
        name="IVR_AMI",
        about="the AMI of that Asterisk, IP:PORT: the controller then keeps local/alone.conf and"
        " local/queues.conf there itself, has them read anew, and asks whether a trunk with an"
        " account is registered; all four of AMI or none",
    ),
    Variable(name="IVR_AMI_USER", about="the user at that Asterisk's AMI, with write=system"),
    Variable(name="IVR_AMI_PASSWORD", about="and the password"),
    Variable(
        name="IVR_ASTERISK_DIR",
        about="the folder of that Asterisk's configuration, which the controller may write to",
    ),
    Variable(
        name="IVR_DEBIAN_MIRROR",
        about="where Asterisk's packages are fetched, the root of a Debian mirror; wanted only on"
        " hosts that are no Debian",
    ),
)


def page() -> str:
    """The page in Markdown."""
    rows = [
        [code(one.name), cell(one.about), code(one.default) if one.default else ""]
        for one in VARIABLES
    ]
    return f"{_HEAD}\n{table(['variable', '', 'if left out'], rows)}"
