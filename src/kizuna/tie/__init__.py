"""The tie: what joins the circle to the square here and to other networks, by the act of a person and never by itself.

Links to accounts of partners and to one's own account here, consent per direction with its history, copies of one's
own voices with their ledger, the public home over there, read along, the circle in the words of the client API, and
friends suggested from follows. Owns the tables partner_app, link_attempt, link, consent, copy, copy_event, inbound,
pairing, suggestion and pairing_round, all in the circle's store; ``windows`` owns its own there.
"""
