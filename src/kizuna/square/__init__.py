"""The square: what is said in public, by whom, and who follows whom.

Owns the tables account, post, mention, post_tag, follow and favourite of the store "square". All are publishable.
"""
