"""What scenes may do: the call, its parties, and the desk."""

from ivr.stage.call import Call
from ivr.stage.callbacks import Callbacks
from ivr.stage.colleagues import Colleagues
from ivr.stage.commands import Commands
from ivr.stage.desk import Desk, Place, Taker
from ivr.stage.heard import Asked, Finished, Heard, Interrupted, Pressed
from ivr.stage.holding import Watch
from ivr.stage.joining import Joining
from ivr.stage.keying import KeyTimers
from ivr.stage.party import Party, Prompt, Words
from ivr.stage.rung import Rung
from ivr.stage.worklist import Worklist

__all__ = [
    "Asked",
    "Call",
    "Callbacks",
    "Colleagues",
    "Commands",
    "Desk",
    "Finished",
    "Heard",
    "Interrupted",
    "Joining",
    "KeyTimers",
    "Party",
    "Place",
    "Pressed",
    "Prompt",
    "Rung",
    "Taker",
    "Watch",
    "Words",
    "Worklist",
]
