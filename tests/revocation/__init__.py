"""Ends of every kind, at random moments, with streams open and pages being read: nothing stale afterwards."""
