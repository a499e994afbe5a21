"""A program that speaks: a tone of a third of a second for each word, as slow as is asked for."""

import math
import struct
import sys
import wave

_, language, stretch, output = sys.argv
count = round(len(sys.stdin.read().split()) / 3 * 22050 * float(stretch))
with wave.open(output, "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(22050)
    tone = (round(8000 * math.sin(at / 10)) for at in range(count))
    file.writeframes(b"".join(struct.pack("<h", sample) for sample in tone))
sys.stdout.write("chatter that is nobody's concern\n")
