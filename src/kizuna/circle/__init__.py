"""The circle: the closed plane of friends. Owns every table of ``tables.py``, in the store "circle".

Tables: face, friendship, friend_request, friend_invite, friend_invite_use, block, friend_group, friend_group_member,
last_audience, voice, voice_person, voice_group, voice_not_person, voice_not_group, voice_version, reaction. Who may
read a voice is decided in ``audience.py`` and nowhere else.
"""
