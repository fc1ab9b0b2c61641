"""The season: a page for a limited time, with one light act per friend and day, what is sent, and what is won.

A season is data: a directory with ``season.toml`` and pictures. This package reads and checks it, knows its days, and
draws.
"""
