"""What an OAuth client is refused with: the error codes of RFC 6749 (5.2, 4.1.2.1) and RFC 7009.

``code`` is the ``error`` of the answer, the message its ``error_description``.
"""

from typing import ClassVar

from kizuna.ground.errors import Refusal


class OAuthRefused(Refusal):
    """Base of the refusals of the OAuth server."""

    code: ClassVar[str] = "invalid_request"


class InvalidRequest(OAuthRefused):
    """A parameter is missing, repeated or malformed."""


class InvalidClient(OAuthRefused):
    """The app is unknown or did not show its secret; the two look the same."""

    code = "invalid_client"
    status = 401

    def __init__(self) -> None:
        super().__init__(
            "Client authentication failed due to unknown client, no client authentication included, "
            "or unsupported authentication method."
        )


class InvalidGrant(OAuthRefused):
    """The code is wrong, expired, used, another app's, or for another redirect."""

    code = "invalid_grant"

    def __init__(self) -> None:
        super().__init__(
            "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI "
            "used in the authorization request, or was issued to another client."
        )


class InvalidScope(OAuthRefused):
    """A scope that does not exist, or that the app did not register for."""

    code = "invalid_scope"

    def __init__(self) -> None:
        super().__init__("The requested scope is invalid, unknown, or malformed.")


class UnauthorizedClient(OAuthRefused):
    """The token belongs to another app."""

    code = "unauthorized_client"
    status = 403

    def __init__(self) -> None:
        super().__init__("You are not authorized to revoke this token.")


class UnsupportedGrantType(OAuthRefused):
    """A grant that this server does not offer."""

    code = "unsupported_grant_type"

    def __init__(self) -> None:
        super().__init__("The authorization grant type is not supported by the authorization server.")


class UnsupportedResponseType(OAuthRefused):
    """Anything but ``code``."""

    code = "unsupported_response_type"

    def __init__(self) -> None:
        super().__init__("The authorization server does not support this response type.")
