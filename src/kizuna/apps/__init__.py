"""The joint apps: each on both planes, each in a directory that can be removed with its line in ``wiring``."""
