"""Real servers, really killed (`kill -9`), and what must be true afterwards."""
