"""Windows: public conversation inside a shared group, and talk about it that nobody outside notices.

A window shows a public source: a hashtag or an account, of the own square or of a server with the Mastodon API, or a
feed. What is on the own square is read there. Every other source is read by the server on a fixed schedule, however
many groups show it and whoever reads. Owns the tables window_source, window_item, group_window, window_mute and
window_talk, all in the circle's store.
"""
