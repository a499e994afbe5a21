"""What a phone sends: sound that it was given, a tone, or silence."""

import numpy as np
from baresip import CallAudio

from ivr.phone.repertoire import RATE, Pcm

_AHEAD_BYTES = 1600  # 0.1 s: enough for a late turn, little to wait for when it hushes
_LOUDNESS = 4000  # of the tone: about -18 dBFS, as loud as speech


class Voice:
    """Keeps a call's outgoing stream a little ahead; the stack sends silence when it is empty."""

    def __init__(self) -> None:
        self._waiting = b""
        self._hz: float | None = None
        self._hummed = 0  # samples

    @property
    def silent(self) -> bool:
        """Whether there is nothing to send but silence."""
        return not self._waiting and self._hz is None

    def say(self, pcm: Pcm) -> None:
        """Send sound, after what is already being sent."""
        self._waiting += pcm.tobytes()

    def hum(self, hz: float) -> None:
        """Send a soft tone from now on."""
        self._hz = hz

    def hush(self) -> None:
        """Send silence from now on."""
        self._waiting, self._hz = b"", None

    def feed(self, audio: CallAudio) -> None:
        """Hand over what is due now. Raises AudioNotActive and AudioRestarted."""
        room = _AHEAD_BYTES - audio.info().tx_buffered
        if room <= 0:
            return
        if not self._waiting and self._hz is not None:
            self._waiting = self._tone(self._hz, room // 2).tobytes()
        if self._waiting:
            taken = audio.write(self._waiting[:room])
            self._waiting = self._waiting[taken:]

    def _tone(self, hz: float, count: int) -> Pcm:
        time = (self._hummed + np.arange(count)) / RATE
        self._hummed += count
        return (_LOUDNESS * np.sin(2 * np.pi * hz * time)).astype(np.int16)
