"""The Mastodon client API, one file per resource. A door: it translates, and owns no table.

``operations`` says what an operation is; ``table`` lists them all; ``openapi`` describes them from the same structs.
"""
