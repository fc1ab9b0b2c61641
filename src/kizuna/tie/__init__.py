"""The tie: what joins the circle to other networks, by the act of a person and never by itself.

Links to accounts of partners, consent per direction with its history, copies of one's own voices with their ledger,
and the public home over there, read along. Owns the tables partner_app, link_attempt, link, consent, copy, copy_event
and inbound, all in the circle's store.
"""
