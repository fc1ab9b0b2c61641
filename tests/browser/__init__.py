"""Chromium at real servers: the journey, axe-core on every page, the weight of the first load, and the pictures."""
