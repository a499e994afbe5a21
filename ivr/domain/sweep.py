"""What of ours on the switch nobody knows, and what is believed to be there and is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ivr.domain.call import BridgeId, CallId, ChannelId, consult_bridge, talk_bridge

# Q.850 41, temporary failure: whoever still talks with such a channel has lost it.
LOST_CAUSE: Final = 41


@dataclass(frozen=True, kw_only=True)
class Ours:
    """Channels and bridges of our application."""

    channels: frozenset[ChannelId]
    bridges: frozenset[BridgeId]


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Where a listing and what we know are at odds; a moment later they may not be.

    `unknown` is on the switch and nobody's; the `missing` channels are somebody's and not there.
    """

    unknown: Ours
    missing: frozenset[ChannelId]

    def __bool__(self) -> bool:
        return bool(self.unknown.channels or self.unknown.bridges or self.missing)

    def still(self, before: "Doubt") -> "Doubt":
        """What was at odds before as well."""
        unknown = Ours(
            channels=self.unknown.channels & before.unknown.channels,
            bridges=self.unknown.bridges & before.unknown.bridges,
        )
        return Doubt(unknown=unknown, missing=self.missing & before.missing)


def doubt(listed: Ours, known: Ours) -> Doubt:
    """Where the two are at odds. A bridge that is known need not be there yet, or any more."""
    unknown = Ours(
        channels=listed.channels - known.channels, bridges=listed.bridges - known.bridges
    )
    return Doubt(unknown=unknown, missing=known.channels - listed.channels)


def bridges_of(calls: Iterable[CallId]) -> frozenset[BridgeId]:
    """The bridges that these calls may have."""
    return frozenset(of(call) for call in calls for of in (talk_bridge, consult_bridge))
