import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ivr.adapters import wav

TONE = 0.5 * np.sin(np.arange(4800) / 10)


def encoded(samples: NDArray[np.float64], bits: int, *, floating: bool = False) -> bytes:
    if floating:
        return samples.astype("<f4").tobytes()
    if bits == 8:
        return np.round(samples * 127 + 128).astype(np.uint8).tobytes()
    whole = np.round(samples * (2 ** (bits - 1) - 1)).astype("<i4")
    lowest: bytes = whole.view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()
    return lowest


def made(
    sound: bytes,
    *,
    bits: int,
    rate: int = 48000,
    channels: int = 1,
    floating: bool = False,
    extensible: bool = False,
    size: int | None = None,
) -> bytes:
    tag = 3 if floating else 1
    width = bits // 8 * channels
    told = struct.pack("<HHIIHH", 0xFFFE if extensible else tag, channels, rate, rate * width,
                       width, bits)  # fmt: skip
    if extensible:
        told += struct.pack("<HHIH", 22, bits, 0, tag) + bytes(14)
    note = b"LIST" + struct.pack("<I", 3) + b"abc\0"  # odd: a byte is put after it
    data = b"data" + struct.pack("<I", len(sound) if size is None else size) + sound
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(told)) + told + note + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("bits", "floating"), [(8, False), (16, False), (24, False), (32, False), (32, True)]
)
def test_every_usual_kind_of_wav_is_read(
    *, bits: int, floating: bool, channels: int, extensible: bool
) -> None:
    both = np.repeat(TONE, channels)
    file = made(
        encoded(both, bits, floating=floating), bits=bits, channels=channels, floating=floating,
        extensible=extensible,
    )  # fmt: skip
    read = wav.decoded(file)
    assert read.rate == 48000
    assert len(read.samples) == len(TONE)
    assert np.abs(read.samples - TONE).max() < (1e-7 if floating else 2 / 2 ** (bits - 1))


def test_two_channels_are_mixed_into_one() -> None:
    left_only = np.column_stack([TONE, np.zeros(len(TONE))]).reshape(-1)
    read = wav.decoded(made(encoded(left_only, 16), bits=16, channels=2))
    assert np.abs(read.samples - TONE / 2).max() < 1e-4


@pytest.mark.parametrize("size", [0x7FFFF000, 0xFFFFFFFF])
def test_a_wav_written_into_a_pipe_is_read_to_its_end(size: int) -> None:
    assert len(wav.decoded(made(encoded(TONE, 16), bits=16, size=size)).samples) == len(TONE)


def test_what_is_written_is_what_is_read() -> None:
    read = wav.decoded(wav.written(TONE, 16000))
    assert read.rate == 16000
    assert np.abs(read.samples - TONE).max() < 1e-4


def test_numbers_that_are_none_are_silence() -> None:
    sound = np.array([np.nan, np.inf, -np.inf, 0.5], "<f4")
    read = wav.decoded(made(sound.tobytes(), bits=32, floating=True))
    assert read.samples.tolist() == [0, 1, -1, 0.5]


@given(st.binary(max_size=200))
def test_whatever_follows_a_header_is_sound_or_refused(rest: bytes) -> None:
    for start in (b"", b"RIFF\0\0\0\0WAVE", made(encoded(TONE, 16), bits=16)[:40]):
        told, samples = "is ", np.zeros(1)
        try:
            samples = wav.decoded(start + rest).samples
        except wav.NoWav as error:
            told = str(error)
        assert told.startswith(("is ", "has "))
        assert np.isfinite(samples).all()
