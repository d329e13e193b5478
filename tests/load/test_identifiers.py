"""Placeholder addresses are valid, undeliverable, and as many as there are external ids."""

import re

from hypothesis import given
from hypothesis import strategies as st

from workbench.load.identifiers import ensure_identifier, make_placeholder

ADDRESS = re.compile(r"[a-z0-9._-]{1,64}@placeholder\.invalid")


@given(st.text(min_size=1, max_size=80))
def test_every_external_id_makes_an_address(external_id):
    """Whatever a source uses as an id, the address is one a tenant accepts."""
    assert ADDRESS.fullmatch(make_placeholder(external_id))


@given(st.sets(st.text(min_size=1, max_size=60), min_size=2, max_size=20))
def test_different_ids_make_different_addresses(external_ids):
    """Ids that differ only in case, or in characters an address cannot hold, stay apart."""
    assert len({make_placeholder(external_id) for external_id in external_ids}) == len(external_ids)


def test_a_contact_with_any_identifier_is_left_alone():
    """An e-mail or a mobile number is enough."""
    for record in ({"email": "a@b.example"}, {"email": None, "mobile_number": "+43 1"}):
        assert ensure_identifier({"external_id": "p1", **record}, policy="placeholder") == {
            "external_id": "p1",
            **record,
        }
