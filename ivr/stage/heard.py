"""What may come of saying something to somebody, or of listening to them."""

from dataclasses import dataclass

from ivr.domain.call import ChannelId
from ivr.ports import KeyPressed, TransferAsked


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """A key was pressed."""

    key: str


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What was being said, or the time allowed, came to its end."""


@dataclass(frozen=True, kw_only=True)
class Interrupted:
    """What was waited for has come."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The phone asks that its call be transferred; see `ivr.ports.TransferAsked`.

    `by` is the line of the phone that sent the wish: this one, or its second.
    """

    by: ChannelId
    target: str
    consulted: ChannelId | None


Heard = Pressed | Finished | Interrupted | Asked


def heard_in(event: KeyPressed | TransferAsked) -> Pressed | Asked:
    """What somebody means by what their phone has sent."""
    if isinstance(event, KeyPressed):
        return Pressed(key=event.key)
    return Asked(by=event.channel, target=event.target, consulted=event.consulted)


def event_of(channel: ChannelId, heard: Pressed | Asked) -> KeyPressed | TransferAsked:
    """What the phone on this channel has sent for that to be heard."""
    if isinstance(heard, Pressed):
        return KeyPressed(channel=channel, key=heard.key)
    return TransferAsked(channel=heard.by, target=heard.target, consulted=heard.consulted)
