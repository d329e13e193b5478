"""What names and values say about a field nobody mapped."""

import time

import pytest

from workbench.destinations import DESTINATIONS, FIELD_TYPES
from workbench.propose.names import match_name, read_lexicon, split_words
from workbench.propose.places import Field, propose_field, propose_object
from workbench.propose.values import SHAPES, choose_type, recognise

# Written by the workbench itself, or by an analyst's hand, not through a field rule.
BY_OTHER_MEANS = {"owner_id", "external_id", "targetable", "appointment_attendees", "collaborators", "note.description"}
BY_OTHER_MEANS |= {"products", "phone_numbers", "locale", "lost_reason_id", "latitude", "longitude"}
BY_OTHER_MEANS |= {"sms_subscription_status", "whatsapp_subscription_status"}


def propose(name: str, destination: str = "contact", **about):
    """The place proposed for one field."""
    return propose_field(Field(object="x", name=name, **about), destination)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("billingAddressPostalCode", ("billing", "address", "zip", "code")),
        ("FIRST_NAME", ("first", "name")),
        ("E-Mail", ("email",)),
        ("No. of Employees", ("number", "employees")),
        ("HTMLBody2", ("html", "body", "2")),
        ("Prénom", ("prenom",)),
        ("Custom_Field__c", ("custom", "field", "c")),
    ],
)
def test_names_of_any_spelling_give_words(name, words):
    """Camel case, underscores, accents and abbreviations read alike."""
    assert split_words(name) == words


@pytest.mark.parametrize(
    ("name", "destination", "to"),
    [
        ("Given Name", "contact", "first_name"),
        ("surname", "contact", "last_name"),
        ("Cell Phone", "contact", "mobile_number"),
        ("tel_work", "contact", "work_number"),
        ("Work E-mail", "contact", "emails"),
        ("email2", "contact", "emails"),
        ("Mailing Zip", "contact", "zipcode"),
        ("ownerId", "contact", "owner_id"),
        ("companyName", "contact", "sales_accounts"),
        ("Company Name", "sales_account", "name"),
        ("Organisation", "deal", "sales_account_id"),
        ("Opportunity Amount", "deal", "amount"),
        ("dealstage", "deal", "deal_stage_id"),
        ("Adress", "contact", "address"),
        ("starts_at", "appointment", "from_date"),
        ("patient_id", "appointment", "targetable"),
        ("Subject", "task", "title"),
        ("Due On", "task", "due_date"),
    ],
)
def test_a_standard_field_is_found_by_its_name(name, destination, to):
    """The names that other systems give a thing lead to the field Freshsales has for it."""
    proposal = propose(name, destination)

    assert (proposal.action, proposal.to) == ("migrate", to)
    assert proposal.evidence


@pytest.mark.parametrize(
    ("name", "destination", "type_"),
    [
        ("Date of birth", "contact", "date"),
        ("Fax", "contact", "text"),
        ("Shipping Street", "sales_account", "text"),
        ("alt_address_city", "contact", "text"),
        ("assistant_phone", "contact", "text"),
        ("Insurance carrier", "contact", "text"),
        ("Consent signed at", "contact", "datetime"),
        ("KYC status", "contact", "dropdown"),
        ("createdAt", "sales_account", "datetime"),
        ("zzqx", "deal", "text"),
    ],
)
def test_what_freshsales_has_no_field_for_is_kept_in_a_custom_field(name, destination, type_):
    """Nothing is lost for want of a field: the custom field has the type that the name suggests."""
    proposal = propose(name, destination)

    assert (proposal.action, proposal.type) == ("custom_field", type_)
    assert proposal.to.startswith("cf_")


@pytest.mark.covers("N-27")
@pytest.mark.parametrize(
    "name", ["churn_score", "Lead Score", "Propensity", "HubSpot Score", "Password", "api_key", "SSN"]
)
@pytest.mark.parametrize("destination", DESTINATIONS)
def test_scores_and_secrets_are_never_proposed(name, destination):
    """A predictive score or a secret goes nowhere, whatever the object."""
    assert propose(name, destination).action == "skip"


@pytest.mark.parametrize(
    ("name", "destination"), [("updated_at", "deal"), ("Modified By", "task"), ("full name", "contact")]
)
def test_what_the_tenant_sets_itself_is_left_behind(name, destination):
    """Fields that Freshsales computes or stamps are not written."""
    assert propose(name, destination).action == "skip"


def test_an_empty_column_is_left_behind():
    """A column without a value has nothing to bring; its name does not matter."""
    proposal = propose("First name", rows=100, filled=0)

    assert (proposal.action, proposal.to) == ("skip", "")
    assert proposal.evidence == "empty in all 100 rows"


def test_values_overrule_a_name_they_contradict():
    """A column called e-mail that holds dates is not an e-mail address, and is trusted less."""
    proposal = propose("email", shape="date")

    assert (proposal.action, proposal.type) == ("custom_field", "date")
    assert proposal.confidence < propose("email", shape="email").confidence


def test_a_title_that_holds_salutations_is_no_job():
    """Some systems call Mr and Mrs the title, others the job: the values decide."""
    assert propose("title", shape=recognise(["Mr", "Mrs", "Dr."])).to == "cf_title"
    assert propose("title", shape=recognise(["Dentist", "Nurse", "Owner"])).to == "job_title"


def test_a_name_that_holds_codes_is_an_identifier():
    """Some systems call the record's number its name."""
    assert propose("name", shape=recognise(["CRM-0001", "CRM-0002"])).to == "external_id"


def test_two_fields_for_one_place_are_both_doubted():
    """The surer one keeps its confidence; the other is for a person to decide and names its rival."""
    first, second = propose_object([Field(object="x", name="City"), Field(object="x", name="Town")], "contact")

    assert first.to == second.to == "city"
    assert first.confidence > 0.9 and second.confidence <= 0.6
    assert "City wants the same place" in second.evidence


def test_several_addresses_share_a_place_that_takes_several():
    """Freshsales keeps several e-mail addresses, so a second one is no rival."""
    proposals = propose_object([Field(object="x", name="email1"), Field(object="x", name="email2")], "contact")

    assert [proposal.to for proposal in proposals] == ["emails", "emails"]
    assert all(proposal.confidence > 0.8 for proposal in proposals)


def test_activities_take_unknown_fields_into_their_text():
    """Tasks and appointments have no custom fields: the value becomes a line of the description."""
    proposal = propose("cancellation_reason", "appointment")

    assert (proposal.action, proposal.to) == ("merge", "description")


@pytest.mark.parametrize("name", ["", " ", "***", "日付", "a" * 5000, "__c", "1", "<script>"])
@pytest.mark.parametrize("destination", [*DESTINATIONS, "cm_care_plan"])
def test_any_name_gets_a_place(name, destination):
    """A name without a word in it is no error, and its field is kept."""
    proposal = propose(name, destination)

    assert proposal.action in ("custom_field", "merge")
    assert 0 < proposal.confidence < 1


def test_every_custom_field_has_a_name_of_its_own():
    """Two names that give the same words, or none, never share one custom field."""
    fields = [Field(object="x", name=name) for name in ("日付", "時間", "zz qx", "ZzQx", "zz_qx")]

    names = [proposal.to for proposal in propose_object(fields, "contact")]

    assert len(set(names)) == len(names)


def test_four_hundred_fields_take_no_second():
    """The proposals of a wide source are there at once."""
    fields = [Field(object="x", name=f"some unheard of field {number}") for number in range(400)]
    match_name("warm up", "contact")
    start = time.perf_counter()

    propose_object(fields, "contact")

    assert time.perf_counter() - start < 1


def test_the_lexicon_points_only_where_records_can_be_written():
    """Every place of the lexicon is a field of the destination that can be written, or a known type, or a reason."""
    wrong = []
    for thing in read_lexicon().values():
        for destination, place in thing.places.items():
            kind, _, rest = place.partition(":")
            known = DESTINATIONS.get(destination)
            fields = (known.fields | set(known.lookups) | BY_OTHER_MEANS) if known else set()
            is_right = {"custom": rest in FIELD_TYPES, "skip": bool(rest)}.get(
                kind, destination != "else" and (not known or place in fields)
            )
            wrong += [] if is_right else [f"{thing.name}: {destination} = {place}"]
    assert wrong == []


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ([], ""),
        (["", "  "], ""),
        (["a@b.example", "c@d.example"], "email"),
        (["https://a.example", "www.b.example"], "url"),
        (["0420 186 908", "+44 7318 667284", "(372) 555-4742"], "phone"),
        (["true", "false"], "boolean"),
        (["2026-11-22", "2026-01-01"], "date"),
        (["22/11/2026", "1/1/2026"], "date"),
        (["2026-11-22T10:00:00Z"], "datetime"),
        (["12", "1,25,000"], "integer"),
        (["12.50", "3"], "decimal"),
        (["₹1,25,000.00", "£3"], "money"),
        (["593aaa05-d864-1df7-5b96-155fbdb19f28"], "id"),
        (["a;b", "c;d"], "choices"),
        (["red", "green"] * 10, "choice"),
        (["Maude", "Omar", "Liam"], "words"),
        (["A long text about somebody who came in on a Monday and left again on a Tuesday."], "prose"),
        (["2026-11-22"] + ["2026-11-21"] * 8 + ["soon"], "words"),
    ],
)
def test_values_have_a_shape(values, shape):
    """The shape of a column is what nearly all of its different values look like."""
    assert recognise(values) == shape


def test_every_shape_can_be_stored():
    """Whatever the values look like, the custom field has a type that the workbench can create."""
    assert {choose_type(shape, "") for shape in (*SHAPES, "prose", "choice", "words", "")} <= set(FIELD_TYPES)
    assert choose_type("words", "number") == "text"
    assert choose_type("datetime", "date") == "datetime"
    assert choose_type("decimal", "number") == "decimal"
