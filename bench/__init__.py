"""The numbers of this machine: ``python -m bench`` (``make bench``). What they mean stands in docs/numbers.md."""
