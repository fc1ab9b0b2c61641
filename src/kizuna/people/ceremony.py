"""The two ceremonies of WebAuthn (W3C, level 3, 7.1 and 7.2), for this server's origin and no other. Pure."""

import json
from collections.abc import Iterable
from typing import Any, Final, cast
from urllib.parse import urlsplit

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kizuna.ground.config import Config

LONGEST: Final = 20_000
TIMEOUT_MS: Final = 5 * 60 * 1000
# What the library raises for bytes that are no credential at all, besides its own errors.
_MALFORMED: Final = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError)


class NotSigned(Exception):
    """What came is not what was asked for: malformed, for another server, or signed by somebody else."""


class Made(msgspec.Struct, frozen=True):
    """A passkey that was made for us."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


class Signed(msgspec.Struct, frozen=True):
    """A signature of a passkey. ``verified`` says that the person was recognised, not only that somebody was there."""

    sign_count: int
    verified: bool


def relying_party(config: Config) -> str:
    """The host that passkeys of this server are made for."""
    return urlsplit(config.url).hostname or "localhost"


def options_to_make(
    config: Config, challenge: bytes, user_id: bytes, handle: str, known: Iterable[bytes]
) -> str:
    """What a browser needs to make a passkey that is found without a handle, as JSON."""
    return options_to_json(
        webauthn.generate_registration_options(
            rp_id=relying_party(config),
            rp_name=config.title,
            user_id=user_id,
            user_name=handle,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
    )


def options_to_sign(config: Config, challenge: bytes, known: Iterable[bytes], *, verify: bool) -> str:
    """What a browser needs to sign with one of the ``known`` passkeys, or with any when there are none, as JSON."""
    return options_to_json(
        webauthn.generate_authentication_options(
            rp_id=relying_party(config),
            challenge=challenge,
            timeout=TIMEOUT_MS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            user_verification=UserVerificationRequirement.REQUIRED
            if verify
            else UserVerificationRequirement.PREFERRED,
        )
    )


def challenge_in(credential: str) -> bytes:
    """The challenge that a credential says it signed; whether we gave it is for the store to say. Raises NotSigned."""
    try:
        client = json.loads(base64url_to_bytes(_parsed(credential)["response"]["clientDataJSON"]))
        return base64url_to_bytes(client["challenge"])
    except _MALFORMED as error:
        raise NotSigned from error


def id_in(credential: str) -> bytes:
    """The id of the passkey that signed. Raises NotSigned."""
    try:
        return base64url_to_bytes(_parsed(credential)["rawId"])
    except _MALFORMED as error:
        raise NotSigned from error


def check_made(config: Config, credential: str, challenge: bytes) -> Made:
    """A new passkey, made for this challenge and this origin. Raises NotSigned."""
    try:
        made = webauthn.verify_registration_response(
            credential=_parsed(credential),
            expected_challenge=challenge,
            expected_rp_id=relying_party(config),
            expected_origin=config.url,
        )
    except _MALFORMED as error:
        raise NotSigned from error
    return Made(made.credential_id, made.credential_public_key, made.sign_count)


def check_signed(config: Config, credential: str, challenge: bytes, public_key: bytes) -> Signed:
    """A signature with this key, for this challenge and this origin. How it counts is judged by who knows what was
    counted before. Raises NotSigned."""
    try:
        signed = webauthn.verify_authentication_response(
            credential=_parsed(credential),
            expected_challenge=challenge,
            expected_rp_id=relying_party(config),
            expected_origin=config.url,
            credential_public_key=public_key,
            credential_current_sign_count=0,
        )
    except _MALFORMED as error:
        raise NotSigned from error
    return Signed(signed.new_sign_count, signed.user_verified)


def _parsed(credential: str) -> dict[str, Any]:
    if len(credential) > LONGEST:
        raise NotSigned
    try:
        tree: object = json.loads(credential)
    except (ValueError, RecursionError) as error:
        raise NotSigned from error
    if not isinstance(tree, dict):
        raise NotSigned
    return cast("dict[str, Any]", tree)
