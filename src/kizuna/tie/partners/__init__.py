"""Partners: one module per protocol. Pure: they write requests and read answers, and send nothing."""
