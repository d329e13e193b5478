"""One attempt with CumulusCI's `load_dataset` over the REST collections of a facade: `cumulusci_load.py CELL`.

As its documentation has it: a dataset in SQLite, a mapping file, `api: rest` with its batches of 200; a load that broke
is started again at the step it broke in (`start_step`, `reset_oids: False`). Row errors stop a load, which is its
default; where a step that upserts has stopped twice for them, they are ignored, so that the rest can go. Steps that
insert ignore them from the start, for a step that is repeated inserts everything again.
"""

import copy
import json
import sqlite3
import sys
from pathlib import Path
from unittest import mock

import requests
from cumulusci.core.config import BaseProjectConfig, TaskConfig, UniversalConfig
from cumulusci.core.config.org_config import OrgConfig
from cumulusci.core.keychain import BaseProjectKeychain
from cumulusci.tasks.bulkdata import LoadData
from facade import FIELDS, REFERENCES, SOBJECTS, SOURCE_ID
from mapping import OBJECTS, read_rows, say
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

CELL = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
FOLDER, RECORDS = Path(CELL["folder"]), Path(CELL["records"])
DATASET, MAPPING, PROGRESS = FOLDER / "dataset.db", FOLDER / "mapping.yml", FOLDER / "progress.json"
STEPS = {f"Load {sobject}": sobject for sobject in SOBJECTS}
MOST_STOPS = 2


class Connection:
    """What a load needs of simple_salesforce, with the retries CumulusCI gives it."""

    sf_version = "60.0"

    def __init__(self):
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy stands between this machine and itself
        self.session.mount(
            "http://", HTTPAdapter(max_retries=Retry(total=5, status_forcelist=(502, 503, 504), backoff_factor=0.3))
        )

    def restful(self, path, method="GET", **sent):
        """One request."""
        answer = self.session.request(method, f"{CELL['facade']}/services/data/v60.0/{path}", **sent)
        answer.raise_for_status()
        return answer.json()

    def describe(self):
        """Every sObject."""
        return self.restful("sobjects")

    def __getattr__(self, sobject):
        described = lambda: self.restful(f"sobjects/{sobject}/describe")  # noqa: E731
        return mock.Mock(describe=described)


class Load(LoadData):
    """The task, connected to the facade, which leaves word of the step it is in."""

    def _init_api(self, base_url=None):
        return Connection()

    def _init_bulk(self):
        return None

    def _execute_step(self, mapping):
        step = next(name for name, sobject in STEPS.items() if sobject == mapping.sf_object)
        keep(step=step)
        return super()._execute_step(mapping)


def keep(**facts):
    """Remember facts for the next attempt."""
    PROGRESS.write_text(json.dumps({**recall(), **facts}), encoding="utf-8")


def recall():
    """What earlier attempts remembered."""
    return json.loads(PROGRESS.read_text(encoding="utf-8")) if PROGRESS.exists() else {}


def make_dataset():
    """The records as a dataset of CumulusCI's, and the mapping file."""
    with sqlite3.connect(DATASET) as db:
        for sobject, object in SOBJECTS.items():
            rows = [{name: value for name, value in row.items() if name != "row"} for row in read_rows(RECORDS, object)]
            names = list(rows[0])
            db.execute(f"CREATE TABLE {sobject} ({', '.join(f'{name} VARCHAR' for name in names)}, PRIMARY KEY (id))")
            marks = ", ".join("?" * len(names))
            db.executemany(f"INSERT INTO {sobject} VALUES ({marks})", [list(row.values()) for row in rows])
    db.close()
    MAPPING.write_text(json.dumps({name: describe_step(sobject) for name, sobject in STEPS.items()}), encoding="utf-8")


def describe_step(sobject):
    """A step of the mapping; JSON is YAML."""
    columns = {"Body": "text", "BillingCity": "city", "MailingCity": "city"}
    step = {"sf_object": sobject, "table": sobject, "api": "rest", "action": "insert"}
    if sobject != "Note":
        step |= {"action": "upsert", "update_key": SOURCE_ID}
    step["fields"] = {field: columns.get(field, to) for field, to in FIELDS[sobject].items()} | {SOURCE_ID: "id"}
    keys = {"Account": "account", "Contact": "contact"}
    step["lookups"] = {
        field: {"table": parent, "key_field": keys[parent]} for field, parent in REFERENCES[sobject].items()
    }
    return step


def load(**options):
    """Run the task as the command line would."""
    universal = UniversalConfig()
    url = "https://github.com/someone/bench"
    repo = {"owner": "someone", "name": "bench", "url": url, "commit": "0" * 40}
    project = BaseProjectConfig(universal, copy.deepcopy(universal.config), repo_info=repo)
    project.set_keychain(BaseProjectKeychain(project, None))
    facts = {"instance_url": "https://bench.example", "id": "https://bench.example/O/U", "access_token": "token"}
    org = OrgConfig(facts, "bench", keychain=project.keychain)
    org.refresh_oauth_token = mock.Mock()
    org._is_person_accounts_enabled = False
    own = {"database_url": f"sqlite:///{DATASET}", "mapping": str(MAPPING), "set_recently_viewed": False}
    made = Load(project, TaskConfig({"options": {**own, **options}}), org)
    with mock.patch.object(Load, "_update_credentials"):  # there is no login to renew
        made()
    return made.return_values["step_results"]


def main():
    """Load from where the last attempt broke."""
    if not MAPPING.exists():
        DATASET.unlink(missing_ok=True)
        make_dataset()
    known = recall()
    if known.get("ended"):  # a second run is a load of the same dataset from its start
        known = {}
        PROGRESS.unlink()
    start = known.get("step")
    stops = known.get("stops", {})
    step = start or next(iter(STEPS))
    options = {"start_step": start, "reset_oids": False} if start else {}
    try:
        results = load(ignore_row_errors=step == "Load Note" or stops.get(step, 0) >= MOST_STOPS, **options)
    except Exception:
        step = recall().get("step", step)
        keep(stops={**stops, step: stops.get(step, 0) + 1})
        tell("the load stopped with an error")
        raise
    keep(ended=True)
    errors = sum(result["total_row_errors"] for result in results.values())
    processed = sum(result["records_processed"] for result in results.values())
    tell(f"{processed:,} records processed, {errors:,} row errors")


def tell(words):
    """Loaded is what the id table holds; of other rows of a step that came to its end, a row error was logged."""
    with sqlite3.connect(DATASET) as db:
        try:
            known = {id for (id,) in db.execute("SELECT id FROM cumulusci_id_table")}
        except sqlite3.OperationalError:
            known = set()
    db.close()
    step = recall().get("step")
    ended = list(STEPS) if recall().get("ended") else list(STEPS)[: list(STEPS).index(step)] if step else []
    loaded, refused = {}, {}
    for object, (name, _) in zip(OBJECTS, STEPS.items(), strict=True):
        ids = [row["id"] for row in read_rows(RECORDS, object)]
        loaded[object] = [id for id in ids if id in known]
        refused[object] = [id for id in ids if id not in known] if name in ended else []
    say(FOLDER, loaded=loaded, refused=refused, words=words)


if __name__ == "__main__":
    main()
