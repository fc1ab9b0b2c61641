"""What both doors (API, pages) share: reading requests, writing answers, who is asking, the front that dispatches.

Owns no table. A door translates; what may be done is decided by the verbs below.
"""
