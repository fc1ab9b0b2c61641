"""Real programs that we did not write, against a real server on a real port."""
