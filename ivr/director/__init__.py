"""Who performs the calls: greeting, matchmaking, recovery and the one outcome of each."""

from ivr.director.callback_desk import CallbackDesk
from ivr.director.callbacks import Book
from ivr.director.conductor import Conductor
from ivr.director.director import Director
from ivr.director.door import Door
from ivr.director.duty_desk import DutyDesk
from ivr.director.house import House
from ivr.director.lapsing import lapse
from ivr.director.roster import Roster

__all__ = [
    "Book",
    "CallbackDesk",
    "Conductor",
    "Director",
    "Door",
    "DutyDesk",
    "House",
    "Roster",
    "lapse",
]
