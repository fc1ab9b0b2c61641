"""``kizuna serve`` with a sampling profiler: counts between SIGUSR1 and SIGUSR2, then written to the file named."""

import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

import msgspec

import kizuna
from kizuna.cli import serve
from kizuna.cli.program import configured

EVERY_S = 0.001
SOURCES = str(Path(kizuna.__file__).parent)


class Profile(msgspec.Struct):
    """How many samples there are, in how many each function was running, and in how many it was on the stack."""

    samples: int
    own: dict[str, int]
    inside: dict[str, int]


class Sampler:
    """Looks every millisecond of processor time at what the event loop's thread is doing."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._samples = 0
        self._own: Counter[CodeType] = Counter()
        self._inside: Counter[CodeType] = Counter()
        signal.signal(signal.SIGPROF, self._sample)
        signal.signal(signal.SIGUSR1, self._begin)
        signal.signal(signal.SIGUSR2, self._end)

    def _begin(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)

    def _end(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        found = Profile(self._samples, _named(self._own), _named(self._inside))
        self._file.with_suffix(".part").write_bytes(msgspec.json.encode(found))
        self._file.with_suffix(".part").rename(self._file)

    def _sample(self, _: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self._samples += 1
        self._own[frame.f_code] += 1
        seen: set[CodeType] = set()
        while frame is not None:
            seen.add(frame.f_code)
            frame = frame.f_back
        self._inside.update(seen)


def _named(counted: "Counter[CodeType]") -> dict[str, int]:
    return {_name(code): count for code, count in counted.most_common()}


def _name(code: CodeType) -> str:
    ours = code.co_filename.startswith(SOURCES)
    file = Path(code.co_filename)
    return f"{'/'.join(file.relative_to(SOURCES).parts if ours else file.parts[-2:])} {code.co_qualname}"


def main() -> None:
    """``python -m bench.serve FILE``"""
    Sampler(Path(sys.argv[1]))
    serve.run(configured(None))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
