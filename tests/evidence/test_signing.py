import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey

from workbench.errors import StopRun, UsageError
from workbench.evidence.signing import load_or_create_key, read_document, render_document, sign_document


def sign(document, key, kind="letter"):
    return render_document(sign_document(document, kind=kind, key=key))


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path):
    """The first use makes a key that only its owner may read; later uses read the same one."""
    first = load_or_create_key(tmp_path / "home")

    assert load_or_create_key(tmp_path / "home").fingerprint == first.fingerprint
    assert (tmp_path / "home" / "signing_key.pem").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["signing_key.pem"]


def test_two_first_uses_at_once_share_one_key(tmp_path):
    """Whoever comes second signs with the key of whoever came first."""
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load_or_create_key(tmp_path / "home").fingerprint, range(8)))

    assert len(set(keys)) == 1


def test_a_key_that_others_may_read_is_refused(tmp_path):
    """A key file open to others is not used, and the message says how to close it."""
    load_or_create_key(tmp_path)
    (tmp_path / "signing_key.pem").chmod(0o644)

    with pytest.raises(UsageError, match="chmod 600"):
        load_or_create_key(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a key", "ed448"])
def test_a_file_that_is_no_such_key_is_refused(tmp_path, content):
    """A broken file or another kind of key stops with a message that names the file."""
    if content == "ed448":
        pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        content = Ed448PrivateKey.generate().private_bytes(*pem)
    (tmp_path / "signing_key.pem").touch(mode=0o600)
    (tmp_path / "signing_key.pem").write_bytes(content)

    with pytest.raises(UsageError, match=r"signing_key\.pem.*Ed25519"):
        load_or_create_key(tmp_path)


def test_the_private_key_never_shows(tmp_path, key):
    """Neither the key's text nor a signed document contains the private part."""
    pem = (tmp_path / "home" / "signing_key.pem").read_text().splitlines()[1]

    assert pem[24:40] not in repr(key) + sign({"a": 1}, key).decode()


def test_what_was_signed_reads_back(key):
    """Reading returns the document and the fingerprint of its key."""
    assert read_document(sign({"a": [1, "ü"]}, key), kind="letter", where="x") == ({"a": [1, "ü"]}, key.fingerprint)


def test_every_changed_bit_is_noticed(key):
    """Whichever byte of a signed document changes, it no longer reads."""
    data = sign({"a": 1, "b": ["x"]}, key)

    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(StopRun, match="x:"):
            read_document(bytes(changed), kind="letter", where="x")


def test_the_spare_bits_of_a_signature_are_noticed(key):
    """Another text that decodes to the same signature is not the one that was written."""
    signed = sign_document({"a": 1}, kind="letter", key=key)
    value = signed["signature"]["value"]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    signed["signature"]["value"] = value[:85] + letters[letters.index(value[85]) ^ 1] + "=="

    with pytest.raises(StopRun):
        read_document(render_document(signed), kind="letter", where="x")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b'"a":1', b'"a": 1'),
        lambda data: data.replace(b'"a":1', b'"a":2,"a":1'),
        lambda data: data[:-1],
        lambda data: data + b"\n",
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: b"[]",
        lambda data: b'{"a": 1}',
    ],
)
def test_only_the_bytes_as_written_are_accepted(key, spoil):
    """Spaces, doubled keys, a lost line end or a lost signature are changes like any other."""
    with pytest.raises(StopRun):
        read_document(spoil(sign({"a": 1}, key)), kind="letter", where="x")


def test_a_signature_holds_for_one_kind_of_document(key):
    """A document signed as one kind does not pass for another."""
    with pytest.raises(StopRun):
        read_document(sign({"a": 1}, key, kind="letter"), kind="will", where="x")


def test_a_foreign_fingerprint_cannot_be_claimed(tmp_path, key):
    """A document that names one key's fingerprint and carries another's signature does not read."""
    signed = json.loads(sign({"a": 1}, load_or_create_key(tmp_path / "other")))
    signed["signature"]["key"] = key.fingerprint

    with pytest.raises(StopRun):
        read_document(render_document(signed), kind="letter", where="x")
