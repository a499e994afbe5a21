"""What sound is in a WAV file, whoever wrote it, and why a file is refused that only claims so.

Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE), and
WAVE_FORMAT_EXTENSIBLE of Windows' mmreg.h.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST_RATE: Final = 8_000
MOST_RATE: Final = 192_000
_PCM: Final = 1
_FLOAT: Final = 3
_EXTENSIBLE: Final = 0xFFFE
_UNKNOWN_LENGTH: Final = 0x7FFF_0000  # written by programs that could not go back to the header

# How other files begin that somebody has given a name in .wav.
_OTHERS: Final = (
    (b"ID3", "an MP3"),
    (b"\xff\xfb", "an MP3"),
    (b"\xff\xfa", "an MP3"),
    (b"\xff\xf3", "an MP3"),
    (b"\xff\xf2", "an MP3"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC"),
    (b"FORM", "an AIFF"),
    (b"#!AMR", "an AMR"),
    (b"\x1aE\xdf\xa3", "a WebM"),
)


class NoWav(Exception):
    """Why a file is no sound that can be used, as the end of a sentence that names it."""


@dataclass(frozen=True, kw_only=True)
class Wav:
    """Sound as it was recorded: full scale ±1, one channel, `rate` samples a second."""

    samples: NDArray[np.float64]
    rate: int


@dataclass(frozen=True, kw_only=True)
class _Format:
    tag: int
    channels: int
    rate: int
    bits: int


def decoded(data: bytes) -> Wav:
    """The sound of a WAV; several channels are mixed into one. Raises NoWav."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise NoWav(f"is {_what(data)} and no WAV: save it as WAV, 16 bit")
    chunks = dict(_chunks(data))
    if b"fmt " not in chunks:
        raise NoWav("is a damaged WAV (it does not say its format): save it again")
    if b"data" not in chunks:
        raise NoWav("is a WAV without sound, or cut off before it: copy it again")
    form = _format(chunks[b"fmt "])
    samples = _samples(chunks[b"data"], form)
    mixed: NDArray[np.float64] = samples.reshape(-1, form.channels).mean(axis=1)
    return Wav(samples=mixed, rate=form.rate)


def _what(data: bytes) -> str:
    if not data:
        return "empty"
    if data[4:8] == b"ftyp":
        return "an MP4 or M4A"
    return next((name for start, name in _OTHERS if data.startswith(start)), "something else")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of the file by their names, each of them whole."""
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        rest = len(data) - at - 8
        if size >= _UNKNOWN_LENGTH:
            size = rest
        elif size > rest:
            raise NoWav(f"is cut off: {size - rest} bytes are missing at its end; copy it again")
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _format(chunk: bytes) -> _Format:
    if len(chunk) < 16:
        raise NoWav("is a damaged WAV (it does not say its format): save it again")
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag == _EXTENSIBLE and len(chunk) >= 26:
        (tag,) = struct.unpack_from("<H", chunk, 24)
    form = _Format(tag=tag, channels=channels, rate=rate, bits=bits)
    if (tag, bits) not in {(_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32)}:
        raise NoWav(
            f"is a WAV of a kind that is not read (format {tag}, {bits} bit): save it as WAV, PCM"
            " 16 bit"
        )
    if not LEAST_RATE <= rate <= MOST_RATE or not 1 <= channels <= 8:
        raise NoWav(
            f"has {channels} channels at {rate} Hz: record one or two, at {LEAST_RATE} to"
            f" {MOST_RATE} Hz"
        )
    return form


def _samples(chunk: bytes, form: _Format) -> NDArray[np.float64]:
    """The samples of all channels, one after another; a part of one at the end is left out."""
    width = form.bits // 8
    whole = chunk[: len(chunk) // (width * form.channels) * width * form.channels]
    if form.tag == _FLOAT:
        floats = np.frombuffer(whole, "<f4").astype(np.float64)
        return np.nan_to_num(floats, nan=0.0, posinf=1.0, neginf=-1.0)
    if width == 1:
        return (np.frombuffer(whole, np.uint8).astype(np.float64) - 128) / 128
    if width == 3:
        # The upper three bytes of 32 bits: the sign takes care of itself.
        wide = np.zeros((len(whole) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(whole, np.uint8).reshape(-1, 3)
        return wide.reshape(-1).view("<i4").astype(np.float64) / 2.0**31
    return np.frombuffer(whole, f"<i{width}").astype(np.float64) / 2.0 ** (form.bits - 1)


def written(samples: NDArray[np.float64], rate: int) -> bytes:
    """A WAV of one channel, 16 bit."""
    pcm = np.round(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", _PCM, 1, rate, 2 * rate, 2, 16)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data"
    return b"RIFF" + struct.pack("<I", 36 + len(pcm)) + chunks + struct.pack("<I", len(pcm)) + pcm
