"""Persons: who they are to this server, how they sign in, what acts for them.

Owns these tables of the store people: person, person_face, credential, session, invite, oauth_app, oauth_code,
oauth_token, mail_link, sign_in_step, passkey_challenge, passkey, totp, recovery_code, sign_in, leaving, kept_handle,
archive.
"""
