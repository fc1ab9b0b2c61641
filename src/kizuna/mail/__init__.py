"""Mail: how this server writes to people outside of it. Below it nobody decides what is written, or to whom.

`port` says what a mail is and the ends that sending can have, `message` makes its bytes, `smtp` and `folder` are the
adapters, `setting` reads which one is meant. Owns no tables.
"""
