"""Fetch: the only door through which this server calls others.

`port` says what a request and its possible ends are, `addresses` which addresses of the internet may be called,
`guard` turns a URL into checked addresses, `http` is the adapter on httpx2. Owns no tables.
"""
