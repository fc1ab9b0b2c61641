"""The program that decodes one picture and ends: bytes on its standard input, the result on its standard output.

Decoders of pictures are large programs in C that read what strangers made. So each picture gets a process of its own
with little memory, little time, no files to write and no environment. Whatever happens in it, the server only sees that
it failed.
"""

import resource
import sys
from typing import Final, get_args

import msgspec

from kizuna.media.models import Use
from kizuna.media.pictures import Unreadable, develop

MEMORY: Final = 1024 * 1024 * 1024
CPU_SECONDS: Final = 20
REFUSED: Final = 3


def main() -> None:
    """Read, develop, write. Ends with REFUSED, or however it crashes, when that cannot be done."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    use = next(each for each in get_args(Use) if each == sys.argv[1])
    try:
        made = develop(sys.stdin.buffer.read(), use)
    except (Unreadable, OSError, ValueError, SyntaxError, MemoryError):
        sys.exit(REFUSED)
    sys.stdout.buffer.write(msgspec.msgpack.encode(made))


if __name__ == "__main__":
    main()
