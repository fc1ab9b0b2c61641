"""The ground everything stands on: configuration, ids, clock, randomness, errors, events, translation."""
