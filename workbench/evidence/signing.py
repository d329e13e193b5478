"""Ed25519 signatures over JSON documents, and the analyst's key.

A signature covers the kind of document as well as its content, so that none passes for another kind. The only module
that knows `cryptography`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from workbench.errors import StopRun, UsageError

KEY_FILE = "signing_key.pem"
_OTHERS = 0o077
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
_PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """An analyst's key; `fingerprint` and `public` may be shown to anybody."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key, base64 of its 32 bytes."""
        return base64.b64encode(self.private.public_key().public_bytes(*_RAW)).decode()

    @property
    def fingerprint(self) -> str:
        """Short name of the key, 32 hexadecimal digits, to be compared with one that arrived on another way."""
        return _fingerprint(self.public)

    def sign(self, data: bytes) -> str:
        """Sign some bytes; base64."""
        return base64.b64encode(self.private.sign(data)).decode()

    def __repr__(self) -> str:
        return f"SigningKey({self.fingerprint})"


def load_or_create_key(folder: Path) -> SigningKey:
    """Read `signing_key.pem`, made on first use and readable by its owner alone.

    Raises:
        UsageError: The file is no such key, or others may read it.
    """
    path = folder / KEY_FILE
    if not path.exists():
        _create_key(path)
    if path.stat().st_mode & _OTHERS:
        raise UsageError(f"{path}: others may read this signing key; close it with: chmod 600 {path}")
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path}: no Ed25519 key in PEM ({error}); bring it back from a copy") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError(f"{path}: an Ed25519 key is needed, this is another kind; bring it back from a copy")
    return SigningKey(private=private)


def _create_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=".signing-")  # mode 0600 from its first moment
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes(*_PEM))
            file.flush()
            os.fsync(file.fileno())
        _link_unless_there(made, path)
    finally:
        os.unlink(made)


def _link_unless_there(made: str, path: Path) -> None:
    # Two first uses at once: the second must find the first one's key, not replace it.
    try:
        os.link(made, path)
    except FileExistsError:
        return


def sign_document(document: dict[str, Any], *, kind: str, key: SigningKey) -> dict[str, Any]:
    """The document with its `signature`."""
    value = key.sign(_bind(kind, document))
    return {**document, "signature": {"key": key.fingerprint, "public": key.public, "value": value}}


def read_document(data: bytes, *, kind: str, where: str, indent: int | None = None) -> tuple[dict[str, Any], str]:
    """Read a signed document; returns it without its signature, and the fingerprint that signed it.

    Raises:
        StopRun: It was changed after it was signed, in whatever byte, or is no signed document of that kind.
    """
    try:
        signed = json.loads(data)
        signature = signed.pop("signature")
        key, public, value = signature["key"], signature["public"], signature["value"]
        is_as_written = render_document({**signed, "signature": signature}, indent=indent) == data
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StopRun(f"{where}: cannot be read as a signed document ({type(error).__name__}: {error})") from error
    if not is_as_written or key != _fingerprint(public) or not _holds(public, value, _bind(kind, signed)):
        raise StopRun(f"{where}: changed after it was signed")
    return signed, key


def render_document(document: dict[str, Any], *, indent: int | None = None) -> bytes:
    """The one way a document is written: sorted keys, ASCII, a line end."""
    separators = (",", ":") if indent is None else None
    return json.dumps(document, sort_keys=True, indent=indent, separators=separators).encode() + b"\n"


def _bind(kind: str, document: dict[str, Any]) -> bytes:
    # The pre-authentication encoding of DSSE: lengths before parts, so that no two documents sign the same bytes.
    body = render_document(document)
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)


def _holds(public: str, value: str, data: bytes) -> bool:
    try:
        signature = base64.b64decode(value, validate=True)
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True)).verify(signature, data)
    except (InvalidSignature, ValueError, TypeError):
        return False
    # Base64 has spare bits at its end: only the one text that encoding gives is the signature.
    return base64.b64encode(signature).decode() == value


def _fingerprint(public: str) -> str:
    return hashlib.sha256(str(public).encode()).hexdigest()[:32]
