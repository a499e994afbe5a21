"""What scenes and the director need of the world, in domain types."""

from ivr.ports.alone import AloneNotes, NoNotes
from ivr.ports.callback_desk import CallbackDesk, MadeByHand
from ivr.ports.clock import Clock
from ivr.ports.configuration import Reloaded, Reloads
from ivr.ports.desk import Barred, Because, By, Door, DutyDesk, OnDuty, Refused, WrongPin
from ivr.ports.events import (
    NO_SUCH_CALL,
    Arrived,
    ChannelEnded,
    HoldChanged,
    KeyPressed,
    LegAnswered,
    LegMade,
    PhoneChanged,
    PhoneDialled,
    PlaybackEnded,
    PlaybackId,
    RecordingEnded,
    SwitchEvent,
    TransferAsked,
    VoiceBegan,
    VoiceEnded,
)
from ivr.ports.journal import Journal, JournalUnavailable
from ivr.ports.notices import NoNotices, Notices, NotKept
from ivr.ports.numbers import Numbers
from ivr.ports.speech import Media, Speech, Utterance
from ivr.ports.switch import (
    ChannelGone,
    Connection,
    Connections,
    Snapshot,
    Switch,
    SwitchRefused,
    SwitchUnavailable,
)

__all__ = [
    "NO_SUCH_CALL",
    "AloneNotes",
    "Arrived",
    "Barred",
    "Because",
    "By",
    "CallbackDesk",
    "ChannelEnded",
    "ChannelGone",
    "Clock",
    "Connection",
    "Connections",
    "Door",
    "DutyDesk",
    "HoldChanged",
    "Journal",
    "JournalUnavailable",
    "KeyPressed",
    "LegAnswered",
    "LegMade",
    "MadeByHand",
    "Media",
    "NoNotes",
    "NoNotices",
    "NotKept",
    "Notices",
    "Numbers",
    "OnDuty",
    "PhoneChanged",
    "PhoneDialled",
    "PlaybackEnded",
    "PlaybackId",
    "RecordingEnded",
    "Refused",
    "Reloaded",
    "Reloads",
    "Snapshot",
    "Speech",
    "Switch",
    "SwitchEvent",
    "SwitchRefused",
    "SwitchUnavailable",
    "TransferAsked",
    "Utterance",
    "VoiceBegan",
    "VoiceEnded",
    "WrongPin",
]
