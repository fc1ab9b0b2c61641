"""The square: what is said in public, by whom, and who follows whom.

Owns in the store "square" the public tables account, post, post_edit, mention, post_tag, follow, favourite and pin, and
beside them block and follow_option; in the store "people" what an account keeps for itself: bookmark, mute,
thread_mute, account_note, followed_tag, marker and posting.
"""
