"""The simulation: servers on virtual time in one process, a faulty network, crashes, and what must hold."""
