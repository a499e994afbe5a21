"""Which prompts are in the sound that a phone receives, and when."""

from dataclasses import dataclass
from typing import Final

from ivr.phone.heard import Heard as Heard
from ivr.phone.heard import likeliest_first, prompt_in_fragments
from ivr.phone.repertoire import RATE, WINDOW, Clip, Pcm, Repertoire
from ivr.phone.run import Run
from ivr.phone.tape import Tape

_SEARCH_EVERY: Final = 2 * WINDOW
_HICCUP: Final = round(0.3 * RATE)  # a lost packet does not end a prompt
_STALLED_S: Final = 0.15  # packets come in bursts: less than this is no pause


@dataclass(kw_only=True)
class _Prompt:
    """A clip that is being heard, or was."""

    clip: Clip
    start: int
    end: int
    begun: bool  # from the beginning of its sound
    position: int = 0  # in the clip, of what comes next
    complete: bool = False


class Hearing:
    """Recognises clips in sound as it comes in.

    Every sample offset is compared with every window of every clip, so a clip is
    found wherever it begins or goes on. Of several that fit, the one that fits
    longest is heard, and it is told only when the others have fallen away. The
    sound must be the clip sample by sample, as it is when A-law is carried end
    to end (PCMA). Clips without a loud part are not heard; of a clip that is cut
    off, at least 40 ms of loud sound.
    """

    def __init__(self, repertoire: Repertoire) -> None:
        self._repertoire = repertoire
        self._tape = Tape()
        self._searched = 0  # samples; so are all places here
        self._explained = 0
        self._runs: list[Run] = []
        self._now: Run | None = None
        self._prompts: list[_Prompt] = []

    @property
    def pcm(self) -> Pcm:
        """All sound so far; zeros where nothing came in."""
        return self._tape.pcm

    def feed(self, pcm: Pcm, *, at_s: float | None = None) -> tuple[Heard, ...]:
        """Take in sound that ended at `at_s`, and return the clips that are newly heard."""
        known = len(self._prompts)
        self._tape.record(pcm, at_s)
        self._listen(_SEARCH_EVERY)
        return self.transcript()[known:]

    def close(self) -> None:
        """Decide what is still open: no more sound will come."""
        self._listen(WINDOW)
        for run in self._runs:
            run.alive = False
        self._settle()

    def transcript(self) -> tuple[Heard, ...]:
        """All that was heard, in order; the last may still be going on."""
        told: list[Heard] = []
        begun = ""
        for prompt in self._prompts:
            names = likeliest_first(prompt.clip.names, begun)
            told.append(self._told(prompt, names))
            begun = prompt_in_fragments(names[0]) or begun
        return tuple(told)

    def clips(self) -> tuple[str, ...]:
        """The clips heard, in order, as `fi/welcome`; `music` for music."""
        return tuple(
            f"{heard.language}/{heard.clip}" if heard.language else heard.clip
            for heard in self.transcript()
        )

    def silences(self, min_s: float) -> tuple[tuple[float, float], ...]:
        """Where nothing was to be heard for so long: start and length in seconds, to 20 ms."""
        return self._tape.silences(min_s)

    def tone(self, hz: float) -> bool:
        """Whether the last 0.1 s is mostly a tone of this frequency."""
        return self._tape.tone(hz)

    @property
    def other_s(self) -> float:
        """How long sound that is no clip has been coming in, seconds; 0 when none does."""
        since = max(self._tape.flowing_since, self._prompts[-1].end if self._prompts else 0)
        pause_s = self._tape.waited_s
        return 0.0 if pause_s > _STALLED_S else max(len(self._tape.pcm) - since, 0) / RATE

    # --- listening ---------------------------------------------------------------

    def _listen(self, least: int) -> None:
        tape = self._tape.pcm
        for run in self._runs:
            if run.alive:
                run.follow(tape)
            if self._tape.waited_s * RATE > _HICCUP:
                run.alive = False
        if len(tape) - self._searched >= WINDOW - 1 + least:
            self._search(tape)
        self._settle()

    def _search(self, tape: Pcm) -> None:
        for at, clip, offset in self._repertoire.search(tape[self._searched :]):
            place = self._searched + at
            if not any(
                run.clip is clip and run.origin == place - offset and run.end > place
                for run in self._runs
            ):
                self._start(Run(clip=clip, origin=place - offset, start=place, end=place), tape)
        self._searched = len(tape) - WINDOW + 1

    def _start(self, run: Run, tape: Pcm) -> None:
        run.follow(tape)
        run.go_back(tape)
        run.start = max(run.start, self._explained)
        self._runs.append(run)

    # --- deciding ----------------------------------------------------------------

    def _settle(self) -> None:
        while True:
            self._drop_outdone()
            if self._now is not None:
                self._update(self._now)
                if self._now.alive:
                    return
                self._end(self._now)
            elif (run := self._next()) is not None:
                self._begin(run)
            else:
                return

    def _drop_outdone(self) -> None:
        dead = [run for run in self._runs if not run.alive and run is not self._now]
        outdone = [run for run in dead if any(other.outdoes(run) for other in self._runs)]
        self._runs = [run for run in self._runs if all(run is not other for other in outdone)]

    def _next(self) -> Run | None:
        """The earliest run, once nothing else can explain its sound; None before."""
        fit = [run for run in self._runs if run.believable]
        if not fit:
            self._runs = [run for run in self._runs if run.alive]
            return None
        first = min(fit, key=lambda run: run.sound[0])
        rivals = [run for run in fit if run.sound[0] < first.sound[1] - WINDOW]
        undecided = {id(run.clip) for run in rivals}
        if len(undecided) > 1 and any(run.alive for run in rivals):
            return None
        return max(rivals, key=lambda run: (run.sound[2], run.finishes, run.alive))

    def _begin(self, run: Run) -> None:
        self._now = run
        last = self._prompts[-1] if self._prompts else None
        if last is not None and _goes_on(last, run):
            return
        if last is not None:
            last.end = min(last.end, run.start)
        begun = _Prompt(clip=run.clip, start=run.start, end=run.end, begun=run.begins)
        self._prompts.append(begun)

    def _update(self, run: Run) -> None:
        prompt = self._prompts[-1]
        prompt.end, prompt.position = run.end, run.end - run.origin
        prompt.complete = prompt.begun and run.finishes

    def _end(self, run: Run) -> None:
        """What follows begins where the run's sound ended."""
        self._now = None
        self._explained = max(self._explained, run.sound[1])
        self._runs = [other for other in self._runs if other is not run]
        for other in self._runs:
            other.start = max(other.start, self._explained)
        self._runs = [other for other in self._runs if other.alive or other.believable]

    def _told(self, prompt: _Prompt, names: tuple[str, ...]) -> Heard:
        last = prompt is self._prompts[-1]
        since = len(self._tape.pcm) - prompt.end + self._tape.waited_s * RATE
        may_go_on = not prompt.complete and since < _HICCUP
        return Heard(
            names=names,
            started_at_s=prompt.start / RATE,
            seconds_heard=(prompt.end - prompt.start) / RATE,
            complete=prompt.complete,
            over=not (last and (self._now is not None or may_go_on)),
        )


def _goes_on(prompt: _Prompt, run: Run) -> bool:
    """Whether a run is the prompt again after lost or late packets, or music in its next round.

    A prompt that is played again begins at its beginning.
    """
    if prompt.clip.is_music and run.clip.is_music:
        return run.start - prompt.end <= _HICCUP
    return run.clip is prompt.clip and run.start - run.origin >= prompt.position
