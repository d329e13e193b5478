"""Addresses as settings and the environment hold them: of a tenant, a source, a database."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit


def is_address(text: str) -> bool:
    """Whether a source is asked over HTTP rather than read from files."""
    return text.startswith(("http://", "https://"))


def is_whole_address(url: str) -> bool:
    """Whether an address names a host, in a form that can be asked."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and url.split() == [url]
    except ValueError:  # a port or a host that cannot be one
        return False


def is_local(url: str) -> bool:
    """Whether the address is this machine's own."""
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def is_database(url: str) -> bool:
    """Whether an address is that of a PostgreSQL database."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("postgresql", "postgres") and url.split() == [url] and parts.port != 0
    except ValueError:
        return False


def list_passwords(url: str) -> list[str]:
    """The address and every form of the password in it; libpq takes one among the options too."""
    if not is_database(url):
        return [url] * bool(url)
    parts = urlsplit(url)
    given = [parts.password or "", *parse_qs(parts.query).get("password", ())]
    return (
        [url, *(form for password in given if password for form in {password, unquote(password)})] if any(given) else []
    )
