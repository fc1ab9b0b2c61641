"""The circle: the closed plane of friends. Owns every table of ``tables.py``, in the store "circle".

Tables: face, friendship, friend_request, friend_invite, friend_invite_use, voice, voice_person. Who may read a
voice is decided in ``audience.py`` and nowhere else.
"""
