"""``python -m kizuna`` and the ``kizuna`` command."""

from kizuna.cli.program import main

if __name__ == "__main__":
    main()
