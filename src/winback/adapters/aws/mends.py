"""What a person does about an error of AWS, by its name."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Mend(StrEnum):
    """In words that end a message."""

    GIVE_RIGHTS = "give these credentials that right, or choose others by AWS_PROFILE"
    SIGN_IN = "sign in again, or choose other credentials by AWS_PROFILE"
    REACH = "see the network, the region and AWS_ENDPOINT_URL"
    MAKE = "it is not there: see the region and the names in the environment; `make deploy` makes what is missing"


_BY_NAME: Final = {
    "AccessDenied": Mend.GIVE_RIGHTS,
    "AuthorizationError": Mend.GIVE_RIGHTS,
    "UnauthorizedOperation": Mend.GIVE_RIGHTS,
    "AuthFailure": Mend.SIGN_IN,
    "CredentialRetrievalError": Mend.SIGN_IN,
    "ExpiredToken": Mend.SIGN_IN,
    "InvalidAccessKeyId": Mend.SIGN_IN,
    "InvalidClientTokenId": Mend.SIGN_IN,
    "InvalidSignature": Mend.SIGN_IN,
    "NoCredentialsError": Mend.SIGN_IN,
    "SSOTokenLoadError": Mend.SIGN_IN,
    "SignatureDoesNotMatch": Mend.SIGN_IN,
    "TokenRetrievalError": Mend.SIGN_IN,
    "UnauthorizedSSOTokenError": Mend.SIGN_IN,
    "UnrecognizedClient": Mend.SIGN_IN,
    "ConnectTimeoutError": Mend.REACH,
    "EndpointConnectionError": Mend.REACH,
    "ProxyConnectionError": Mend.REACH,
    "SSLError": Mend.REACH,
    "NoSuchBucket": Mend.MAKE,
    "NonExistentQueue": Mend.MAKE,
    "NotFound": Mend.MAKE,
    "QueueDoesNotExist": Mend.MAKE,
    "ResourceNotFound": Mend.MAKE,
}
"""Without the word Exception, which some services end their names with."""


def mend_of(name: str) -> Mend | None:
    return _BY_NAME.get(name.removesuffix("Exception"))


def mended(said: str, names: Iterable[str]) -> str:
    """What is said, and after it what to do about the first of these errors that a person can mend."""
    mend = next(filter(None, map(mend_of, names)), None)
    return f"{said}: {mend}" if mend else said
