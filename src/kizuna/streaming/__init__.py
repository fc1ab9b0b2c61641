"""Streams: what happens is told to those who have a stream open and may see it at that instant. Owns no table.

Entries name what happened by ids. Every 20 ms (60 when much is told) they are judged, rendered once for all, and handed
to bounded queues; what became doubtful on the way is judged again before it is sent.
"""
