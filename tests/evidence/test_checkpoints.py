"""An engagement's ledger opens where its settings say, and its checkpoints carry the analyst's signature."""

import psycopg
import pytest

from tests.ledger.places import PATIENTS
from workbench.engagement import LEDGER_VARIABLE, known_secrets, read_engagement
from workbench.errors import StopRun, UsageError
from workbench.evidence.checkpoints import find_store, open_ledger, read_checkpoint, read_ledger
from workbench.evidence.signing import load_or_create_key
from workbench.evidence.verify import verify


@pytest.fixture(autouse=True)
def fresh(request):
    """Each test begins with an empty database."""
    yield
    if "postgres" in request.fixturenames:
        with psycopg.connect(request.getfixturevalue("postgres")) as admin:
            admin.execute('DROP SCHEMA IF EXISTS "clinic" CASCADE')


@pytest.fixture
def engagement(desk, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "analyst"))
    monkeypatch.delenv(LEDGER_VARIABLE, raising=False)
    return desk.engagement


def write(engagement, external_id="p1"):
    with open_ledger(engagement) as ledger:
        ledger.confirm(ledger.intend(PATIENTS, external_id, action="create", body={}), 1)


def test_the_ledger_is_a_file_signed_by_the_analyst(engagement, tmp_path):
    """Unless the settings say otherwise; the fingerprint is the one approvals carry."""
    write(engagement)

    assert engagement.ledger.exists()
    document, fingerprint = read_checkpoint(find_store(engagement))
    assert fingerprint == load_or_create_key(tmp_path / "analyst").fingerprint
    assert (document["entries"], document["ledger"]) == (2, "ledger.sqlite")


def test_another_analyst_s_ledger_is_not_gone_on_with(engagement, tmp_path, monkeypatch):
    """As with approvals: one key signs an engagement."""
    write(engagement)
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "colleague"))

    with pytest.raises(StopRun, match="not with yours"):
        write(engagement, "p2")
    with read_ledger(engagement) as ledger:
        assert ledger.digest()["entries"] == 2


def test_a_ledger_in_postgresql_goes_by_the_engagement_s_name(engagement, postgres, monkeypatch):
    """By the environment or the settings; the checkpoint lies beside the engagement's files, without credentials."""
    monkeypatch.setenv(LEDGER_VARIABLE, postgres.replace("workbench@", "workbench:s3cret-word@"))
    write(engagement)
    monkeypatch.delenv(LEDGER_VARIABLE)
    path = engagement.folder / "engagement.toml"
    path.write_text(f'{path.read_text()}\n[ledger]\nurl = "{postgres}"\n')
    configured = read_engagement(engagement.folder)
    write(configured, "p2")

    assert not engagement.ledger.exists()
    document, _ = read_checkpoint(find_store(configured))
    assert document["entries"] == 4
    assert document["ledger"].endswith(f"schema {engagement.name}")
    files = [file for file in engagement.folder.rglob("*") if file.is_file()]
    assert [file.name for file in files if b"s3cret-word" in file.read_bytes()] == []


def test_a_ledger_does_not_change_its_place_unseen(engagement, postgres, monkeypatch):
    """A load that begins an empty ledger elsewhere would write every record again."""
    write(engagement)
    monkeypatch.setenv(LEDGER_VARIABLE, postgres)

    with pytest.raises(StopRun, match=r"the ledger is missing \(last kept as ledger.sqlite\)"):
        open_ledger(engagement)


@pytest.mark.parametrize("url", ["mysql://h/db", "postgresql://h:0/db", "somewhere", "postgresql://h/d b"])
def test_an_address_that_is_none_is_refused(engagement, monkeypatch, url):
    """In the settings and in the environment."""
    path = engagement.folder / "engagement.toml"
    path.write_text(f'{path.read_text()}\n[ledger]\nurl = "{url}"\n')
    with pytest.raises(UsageError, match="expected postgresql://"):
        read_engagement(engagement.folder)

    monkeypatch.setenv(LEDGER_VARIABLE, url)
    with pytest.raises(UsageError, match=f"{LEDGER_VARIABLE}: expected postgresql://"):
        find_store(engagement)


@pytest.mark.parametrize("url", ["postgresql://ada:s3cret@h/db", "postgresql://h/db?password=s3cret"])
def test_a_password_in_the_settings_is_refused(engagement, url):
    """The file is sealed and handed over; the message does not repeat the password."""
    path = engagement.folder / "engagement.toml"
    path.write_text(f'{path.read_text()}\n[ledger]\nurl = "{url}"\n')

    with pytest.raises(UsageError, match="holds a password") as told:
        read_engagement(engagement.folder)
    assert "s3cret" not in str(told.value)


def test_a_database_password_is_a_known_secret(monkeypatch):
    """So that no run may leave it in what it writes, in the address or alone, escaped or not."""
    monkeypatch.setenv(LEDGER_VARIABLE, "postgresql://ada:s3%40cret@h/db")

    assert {"s3%40cret", "s3@cret", "postgresql://ada:s3%40cret@h/db"} <= {s.reveal() for s in known_secrets()}


def test_verify_reads_a_ledger_in_postgresql(desk, postgres, tmp_path, monkeypatch):
    """The same checks, wherever the ledger is kept; a cut tail shows against the checkpoint."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(LEDGER_VARIABLE, postgres)
    write(desk.engagement)
    write(desk.engagement, "p2")
    desk.go_to("load")
    verdict = verify(desk.engagement.folder, fingerprint=desk.key.fingerprint)
    assert verdict.problem is None
    assert any("schema" in line and "4 entries, each bound" in line for line in verdict.checked)

    with psycopg.connect(postgres) as forger:
        forger.execute(f'SET search_path TO "{desk.engagement.name}"')
        forger.execute("ALTER TABLE entries DISABLE TRIGGER ALL")
        forger.execute("DELETE FROM entries WHERE seq > 2")
    assert "ledger.checkpoint: signed 4 ledger entries" in verify(desk.engagement.folder).problem
