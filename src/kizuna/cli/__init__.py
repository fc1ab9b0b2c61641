"""One program, ``kizuna``; one file per command."""
