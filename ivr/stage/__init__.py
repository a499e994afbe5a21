"""What scenes may do: the call, its parties, and the desk."""

from ivr.stage.call import Call
from ivr.stage.desk import Desk, Place, Taker
from ivr.stage.party import Finished, Heard, Interrupted, Party, Pressed, Prompt

__all__ = [
    "Call",
    "Desk",
    "Finished",
    "Heard",
    "Interrupted",
    "Party",
    "Place",
    "Pressed",
    "Prompt",
    "Taker",
]
