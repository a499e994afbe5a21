import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.adapters import clips, sound, studio, wav
from ivr.adapters.clips import RATE, ClipKey, Flaw, Made
from ivr.adapters.speech import Prompts
from ivr.adapters.synthesis import EspeakNg, Spoken
from ivr.adapters.voices import Command, Programs
from ivr.domain import pace
from ivr.domain.call import Language
from ivr.embedded.packages import Root
from ivr.errors import Refusal
from tests.adapters.voices import service
from tests.spoken import speak

FI, SV = Language.FI, Language.SV

SPEAKER = Path(__file__).with_name("speaker.py").read_text()
FIVE = "yksi kaksi kolme neljä viisi"
TEN = f"{FIVE}, {FIVE}."


def command(program: str, *words: str, timeout_s: float = 30) -> Spoken:
    return Spoken(
        engine=Command(words=(sys.executable, "-c", program, *words), timeout_s=timeout_s)
    )


# --- espeak-ng ---


@pytest.fixture(scope="module")
def spoken(
    programs: Root, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Mapping[ClipKey, Made]]:
    """Every prompt as shipped, spoken by espeak-ng."""
    out = tmp_path_factory.mktemp("spoken") / "prompts"
    speak(service(), out, programs)
    return out, clips.read_manifest(out)


def test_every_spoken_clip_has_the_level_of_speech(
    spoken: tuple[Path, Mapping[ClipKey, Made]],
) -> None:
    out, made = spoken
    for clip in (clip for clip, entry in made.items() if entry.text):
        samples = sound.from_alaw(clips.path(out, clip).read_bytes())
        assert sound.dbfs(sound.level(samples)) == pytest.approx(sound.SPEECH_DBFS, abs=0.3), clip
        assert sound.dbfs(abs(samples).max()) <= sound.PEAK_DBFS + 0.1, clip
        wide = wav.decoded(clips.wide_path(out, clip).read_bytes())
        level = sound.dbfs(sound.level(wide.samples, wide.rate))
        assert level == pytest.approx(sound.SPEECH_DBFS, abs=0.3), clip
        assert len(wide.samples) / wide.rate == made[clip].seconds == len(samples) / RATE


@pytest.mark.parametrize("language", Language)
def test_prompts_are_spoken_at_110_to_140_words_a_minute(
    spoken: tuple[Path, Mapping[ClipKey, Made]], language: Language
) -> None:
    long = [
        made for clip, made in spoken[1].items()
        if clip.startswith(f"{language}/") and pace.words(made.text) >= pace.FEWEST_WORDS
    ]  # fmt: skip
    speeds = {made.text: 60 * pace.words(made.text) / made.seconds for made in long}
    assert 110 <= 60 * sum(map(pace.words, speeds)) / sum(made.seconds for made in long) <= 140
    assert max(speeds.values()) < 141
    slow = [text for text, speed in speeds.items() if speed < 109.5]
    # What is slower has words so long that 110 a minute could not be followed.
    for made in (made for made in long if made.text in slow):
        assert pace.syllables(made.text, language) / made.seconds >= 5.8
    assert len(slow) <= 5


@pytest.mark.parametrize("language", Language)
def test_no_shipped_clip_is_too_long_or_flawed(
    spoken: tuple[Path, Mapping[ClipKey, Made]], language: Language
) -> None:
    mine = {clip: made for clip, made in spoken[1].items() if clip.startswith(f"{language}/")}
    long = {clip for clip, made in mine.items() if made.seconds > pace.LONGEST_S}
    assert long <= {f"{language}/apology"}  # two prompts in one
    assert not [clip for clip, made in mine.items() if made.flaws or not made.by_machine]


def test_the_real_voice_speaks_nothing_twice(
    spoken: tuple[Path, Mapping[ClipKey, Made]], programs: Programs
) -> None:
    out, made = spoken
    assert studio.build(service(), out, EspeakNg(programs=programs)).made == 0
    assert clips.read_manifest(out) == made
    Prompts.load(out, service())


def test_the_real_voice_says_a_text_alike_each_time(programs: Programs) -> None:
    voice = EspeakNg(programs=programs)
    text = "Jos haluat odottaa, pysy linjalla."
    assert voice.speak(text, FI) == voice.speak(text, FI)


def test_a_text_without_a_sound_is_refused(programs: Programs) -> None:
    with pytest.raises(Refusal, match="espeak-ng made no sound"):
        EspeakNg(programs=programs).speak("…", FI)


def test_a_voice_that_fails_is_refused_with_its_reason() -> None:
    class Broken:
        def command(self, program: str, *args: str) -> list[str]:
            return ["sh", "-c", "echo no voice of that name >&2; exit 1"]

        def environment(self) -> Mapping[str, str]:
            return {}

    with pytest.raises(Refusal, match="did not speak 'Hei': no voice of that name"):
        EspeakNg(programs=Broken()).speak("Hei", FI)


# --- any command ---


def test_a_command_speaks_at_the_pace_that_it_is_asked_for() -> None:
    voice = command(SPEAKER, "{language}", "{stretch}", "{output}")  # 180 words a minute by itself
    made = voice.speak(TEN, FI)
    assert 110 <= 60 * 10 / (len(made.narrow) / RATE) <= 140
    assert made.flaws == ()


def test_a_command_with_one_speed_keeps_it() -> None:
    made = command(SPEAKER, "{language}", "1", "{output}").speak(TEN, SV)
    assert len(made.narrow) / RATE == pytest.approx(10 / 3 + 0.33, abs=0.1)


def test_a_command_is_given_the_text_and_the_language() -> None:
    telling = "import sys; sys.exit(f'{sys.argv[1]} {sys.argv[2]} {sys.stdin.read()}')"
    with pytest.raises(Refusal, match="sv 150 På återhörande"):
        command(telling, "{language}", "{wpm}", "{output}").speak("På återhörande.", SV)


def test_a_command_that_writes_nothing_is_refused() -> None:
    with pytest.raises(Refusal, match=r"wrote no sound of 'Hei\.' to {output}"):
        command("pass", "{language}", "{output}").speak("Hei.", FI)


def test_a_command_that_writes_silence_is_refused() -> None:
    silent = SPEAKER.replace("8000 *", "0 *")
    with pytest.raises(Refusal, match=r"made no sound of 'Hei\.'"):
        command(silent, "{language}", "1", "{output}").speak("Hei.", FI)


def test_a_command_that_writes_an_mp3_is_refused() -> None:
    mp3 = "import sys; open(sys.argv[1], 'wb').write(b'ID3' + bytes(100))"
    with pytest.raises(Refusal, match=r"made of 'Hei\.' is an MP3 and no WAV"):
        command(mp3, "{output}").speak("Hei.", FI)


def test_a_command_that_hangs_is_ended_with_all_that_it_started() -> None:
    # What it starts keeps the pipe open: waiting for that would never end.
    hanging = "import subprocess; subprocess.run(['sleep', '600'])"
    with pytest.raises(Refusal, match=r"did not speak 'Hei\.': it had not ended after 0\.3 s"):
        command(hanging, "{output}", timeout_s=0.3).speak("Hei.", FI)


def test_a_command_that_is_not_there_is_refused() -> None:
    voice = Spoken(engine=Command(words=("/nowhere/piper", "{output}")))
    with pytest.raises(Refusal, match=r"/nowhere/piper did not speak .*: No such file"):
        voice.speak("Hei.", FI)


def test_what_a_command_says_too_softly_is_told() -> None:
    soft = SPEAKER.replace("8000 *", "80 *")
    assert command(soft, "fi", "1", "{output}").speak("Hei.", FI).flaws == (Flaw.QUIET,)
