"""Files in encrypted rooms: encrypted on the way to the homeserver, decrypted on the way back.

A file travels beside the message, and its key inside it. Pure, and slow for large files.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from bot.errors import ChatRefused

_KEY_BYTES = 32
_NONCE_BYTES = 8
_BLOCK_BYTES = 16


def encrypted(data: bytes) -> tuple[bytes, dict[str, Any]]:
    """A file as the homeserver gets it, and what the message says of it (but for the address)."""
    key, nonce = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)
    # The other half counts blocks, from zero: some clients cannot let it overflow.
    start = nonce + bytes(_BLOCK_BYTES - _NONCE_BYTES)
    sealed = _cipher(key, start, data)
    file = {
        "v": "v2",
        "key": {
            "kty": "oct",
            "alg": "A256CTR",
            "ext": True,
            "key_ops": ["encrypt", "decrypt"],
            "k": urlsafe_b64encode(key).decode().rstrip("="),
        },
        "iv": _unpadded(start),
        "hashes": {"sha256": _unpadded(hashlib.sha256(sealed).digest())},
    }
    return sealed, file


def decrypted(sealed: bytes, file: Mapping[str, Any]) -> bytes:
    """The file in plain.

    Raises:
        ChatRefused: `code` is BAD_ADDRESS if the message's word on it makes no sense, DAMAGED
            if these are not the bytes that were sent.
    """
    try:
        key = urlsafe_b64decode(_padded(file["key"]["k"]))
        start = b64decode(_padded(file["iv"]))
        promised = b64decode(_padded(file["hashes"]["sha256"]))
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        message = "the message does not say how its file is to be decrypted"
        raise ChatRefused(message, code="BAD_ADDRESS") from error
    if len(key) != _KEY_BYTES or len(start) != _BLOCK_BYTES:
        raise ChatRefused("the key of the file has a wrong length", code="BAD_ADDRESS")
    if not hmac.compare_digest(hashlib.sha256(sealed).digest(), promised):
        raise ChatRefused("the file is not the one that was sent", code="DAMAGED")
    return _cipher(key, start, sealed)


def _cipher(key: bytes, start: bytes, data: bytes) -> bytes:
    # In this mode, encrypting and decrypting are the same.
    from Crypto.Cipher import AES  # noqa: PLC0415  only who handles files pays for it

    cipher = AES.new(key, AES.MODE_CTR, nonce=b"", initial_value=start)
    return cipher.encrypt(data)


def _unpadded(raw: bytes) -> str:
    return b64encode(raw).decode().rstrip("=")


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
