"""Who may look at the pages, and what a browser may do with them."""

from __future__ import annotations

import ipaddress
import re

from starlette.requests import Request

READING = ("GET", "HEAD")
# A name only this machine answers to. Any other may be a foreign site's that was pointed here (DNS rebinding).
OWN_HOST = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.IGNORECASE)
# A proxy on this machine would hand out the pages to callers from elsewhere.
PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def find_refusal(request: Request) -> tuple[int, str] | None:
    """Status and reason for which a visitor gets no page; null where the page may be shown."""
    if request.method not in READING:
        return 405, "These pages only read. To write, call the API."
    if not _is_local(request.client.host if request.client else ""):
        return 403, "These pages show customer data and are answered on the machine the tenant runs on only."
    if any(name in request.headers for name in PROXIED):
        return 403, "These pages show customer data and are not answered through a proxy."
    hosts = request.headers.getlist("host")
    if len(hosts) != 1 or not OWN_HOST.fullmatch(hosts[0]):
        return 403, "These pages are answered at 127.0.0.1 and localhost only."
    if _is_foreign_fetch(request):
        return 403, "Another site may link to these pages, but not fetch them."
    return None


def _is_local(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _is_foreign_fetch(request: Request) -> bool:
    """Whether a page of another site asks for this one as anything but a visit."""
    site, mode = request.headers.get("sec-fetch-site", ""), request.headers.get("sec-fetch-mode", "")
    return site == "cross-site" and mode != "navigate"
