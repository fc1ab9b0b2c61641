"""Files that only the holder of a passphrase can read, and nobody can change unseen. Pure, in one pass.

A sealed file is a header and chunks of 64 KiB, each encrypted with ChaCha20-Poly1305. The nonce of a chunk is its
number and whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so a file
that was cut, put into another order or lengthened is refused, and so is any changed byte. The key is derived from the
passphrase (scrypt, RFC 7914) and the header as a whole (HKDF-SHA-256), and belongs to this one file.
"""

import hashlib
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC: Final = b"kizuna sealed 1\n"
CHUNK: Final = 64 * 1024
TAG: Final = 16
SALT: Final = 16
HEADER: Final = len(MAGIC) + 1 + SALT
LOG_N: Final = 16
SHORTEST: Final = 12
"""Characters of a passphrase; whoever asks for one sees to it."""
_LOG_N_RANGE: Final = range(10, 19)  # a foreign header must not ask for more than 256 MiB


class Source(Protocol):
    """Where bytes come from: fewer than asked for only at the end."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...


class Target(Protocol):
    """Where bytes go to."""

    def write(self, content: bytes, /) -> int:
        """Append."""
        ...


class SealError(Exception):
    """It cannot be opened; the message says why in one line."""


class SealedWriter:
    """A file to write into. Only what ``finish`` was called for can be opened again."""

    def __init__(self, target: Target, passphrase: str, salt: bytes, log_n: int = LOG_N) -> None:
        header = MAGIC + bytes([log_n]) + salt
        self._cipher = ChaCha20Poly1305(_key(passphrase, header))
        self._target = target
        self._number = 0
        self._rest = bytearray()
        target.write(header)

    def write(self, content: bytes, /) -> int:
        """Append."""
        self._rest += content
        while len(self._rest) > CHUNK:  # a full chunk is kept back: it may be the last
            self._put(bytes(self._rest[:CHUNK]), last=False)
            del self._rest[:CHUNK]
        return len(content)

    def finish(self) -> None:
        """Write the end."""
        self._put(bytes(self._rest), last=True)

    def _put(self, content: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last), content, None))
        self._number += 1


class SealedReader:
    """A sealed file to read from. Raises SealError as soon as it comes to something that was not written so."""

    def __init__(self, source: Source, passphrase: str) -> None:
        header = source.read(HEADER)
        if len(header) != HEADER or not header.startswith(MAGIC) or header[len(MAGIC)] not in _LOG_N_RANGE:
            raise SealError("it is not a sealed file of Kizuna")
        self._cipher = ChaCha20Poly1305(_key(passphrase, header))
        self._source = source
        self._ahead = source.read(CHUNK + TAG)
        self._number = 0
        self._rest = bytearray()
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """The next bytes, fewer only at the end, which is known to be the end then."""
        while not self._ended and len(self._rest) < size:
            self._next()
        found = bytes(self._rest[:size])
        del self._rest[:size]
        return found

    def _next(self) -> None:
        chunk, self._ahead = self._ahead, self._source.read(CHUNK + TAG)
        last = not self._ahead
        try:
            self._rest += self._cipher.decrypt(_nonce(self._number, last), chunk, None)
        except InvalidTag as error:
            wrong = "the passphrase is another one, or the file was changed"
            raise SealError(wrong if self._number == 0 else "the file was cut or changed") from error
        self._number += 1
        self._ended = last


def _key(passphrase: str, header: bytes) -> bytes:
    cost = 1 << header[len(MAGIC)]
    salt = header[-SALT:]
    secret = hashlib.scrypt(passphrase.encode(), salt=salt, n=cost, r=8, p=1, maxmem=cost * 1200, dklen=32)
    return HKDF(hashes.SHA256(), 32, None, b"kizuna sealed file" + header).derive(secret)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
