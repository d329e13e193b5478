"""What the drivers of the other tools share: how rows become requests. Needs nothing but Python.

A user of any of these tools writes this part by hand. Parents are found among the answers of this process, and listed
where those name no ids or a restart has lost them; a row the tenant refuses is written to a file and the rest goes on.
"""

import json
import time
from pathlib import Path

OBJECTS = ("sales_account", "contact", "deal", "note")
PATHS = {"sales_account": "sales_accounts", "contact": "contacts", "deal": "deals", "note": "notes"}
BATCH = 100  # rows of one bulk upsert, and records of one page of a list
ENDED = ("SUCCESS", "COMPLETED", "FAILED", "FAILURE", "PARTIAL_SUCCESS")
FIRST_LOOK = 0.1  # seconds from handing in a batch to the first look at its job; then twice as long each time


class Refused(Exception):
    """The tenant does not take this row, or what it hangs on is not there."""


class Mapping:
    """Rows to requests: upserts by the source's id, and for notes, which have none, creates.

    Args:
        send: Sends method, path and body, with the retries of the tool; returns status and body.
        refusals: File that gets a line for each row that was refused.
    """

    def __init__(self, send, *, refusals: Path) -> None:
        self.send, self.refusals = send, refusals
        self.ids: dict[tuple[str, str], int] = {}
        self.listed: set[str] = set()

    def write(self, object: str, row: dict) -> bool:
        """Write one row; false where it was refused. Anything worse is raised by `send`."""
        try:
            path, body = self.address(object, row)
            status, answer = self.send("POST", path, body)
            if status >= 400:
                raise Refused(f"{status} {json.dumps(answer)[:200]}")
        except Refused as why:
            self.refuse(object, row["id"], str(why))
            return False
        self.ids[object, row["id"]] = answer[object]["id"]
        return True

    def write_batch(self, object: str, rows: list[dict]) -> None:
        """Write at most a hundred rows by one bulk upsert and wait for its job; notes go one by one."""
        if object == "note":
            for row in rows:
                self.write(object, row)
            return
        bodies = {}
        for row in rows:
            try:
                bodies[row["id"]] = self.build(object, row)
            except Refused as why:
                self.refuse(object, row["id"], str(why))
        if bodies:
            self.hand_in(object, bodies)

    def hand_in(self, object: str, bodies: dict[str, dict]) -> None:
        """Hand in rows by the source's id and keep what their job refuses."""
        key, path = name_key(object), f"{PATHS[object]}/bulk_upsert"
        rows = [{key: id, "data": body} for id, body in bodies.items()]
        status, answer = self.send("POST", path, {PATHS[object]: rows})
        if status >= 400:
            raise RuntimeError(f"{path}: {status} {json.dumps(answer)[:200]}")
        job = answer["job_status_url"].rpartition("/api/")[2]
        for each in self.await_report(job).get("detailed_failure_report") or []:
            self.refuse(object, str(each["record"][key]), json.dumps(each.get("errors"))[:200])

    def await_report(self, job: str) -> dict:
        """What a bulk job says of its rows once it has ended."""
        wait = FIRST_LOOK
        while True:
            time.sleep(wait)
            status, answer = self.send("GET", job, None)
            if status >= 400:
                raise RuntimeError(f"{job}: {status}")
            if str(answer.get("status")).upper() in ENDED:
                return json.loads(answer.get("data") or "{}")
            wait *= 2

    def refuse(self, object: str, id: str, why: str) -> None:
        """Keep a row that was refused, and why."""
        with self.refusals.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"object": object, "id": id, "why": why}) + "\n")

    def address(self, object: str, row: dict) -> tuple[str, dict]:
        """Where a row goes, and as what."""
        body = self.build(object, row)
        if object == "note":
            return PATHS[object], {object: body}
        return f"{PATHS[object]}/upsert", {"unique_identifier": {name_key(object): row["id"]}, object: body}

    def build(self, object: str, row: dict) -> dict:
        """The attributes of a row."""
        if object == "sales_account":
            return {"name": row["name"], "city": row["city"], "custom_field": {"cf_source_id": row["id"]}}
        if object == "contact":
            own = {name: row[name] for name in ("first_name", "last_name", "email", "city")}
            account = {"id": self.find("sales_account", row["account"]), "is_primary": True}
            return {**own, "external_id": row["id"], "sales_accounts": [account]}
        if object == "deal":
            return {
                "name": row["name"],
                "amount": row["amount"],
                "sales_account_id": self.find("sales_account", row["account"]),
                "contacts_added_list": [self.find("contact", row["contact"])],
                "custom_field": {"cf_source_id": row["id"]},
            }
        text = f"{row['text']}\n[source note {row['id']}]"
        return {
            "description": text,
            "targetable_type": "Contact",
            "targetable_id": self.find("contact", row["contact"]),
        }

    def find(self, object: str, id: str) -> int:
        """The tenant's id of a parent.

        Raises:
            Refused: It is not there.
        """
        if (object, id) not in self.ids and object not in self.listed:
            self.list_ids(object)
            self.listed.add(object)
        if (object, id) not in self.ids:
            raise Refused(f"{object} {id} is not in the tenant")
        return self.ids[object, id]

    def list_ids(self, object: str) -> None:
        """Learn the tenant's ids of all records of an object, a hundred a request."""
        views = self.read(f"{PATHS[object]}/filters")["filters"]
        view = next(each["id"] for each in views if each["name"].startswith("All "))
        page, pages = 1, 1
        while page <= pages:
            body = self.read(f"{PATHS[object]}/view/{view}?per_page={BATCH}&page={page}&sort=created_at&sort_type=asc")
            for record in body[PATHS[object]]:
                source_id = {**record, **(record.get("custom_field") or {})}.get(name_key(object))
                self.ids.setdefault((object, source_id), record["id"])
            page, pages = page + 1, body["meta"]["total_pages"]

    def read(self, path: str) -> dict:
        """The answer to a request that only reads."""
        status, answer = self.send("GET", path, None)
        if status >= 400:
            raise RuntimeError(f"{path}: {status}")
        return answer


def name_key(object: str) -> str:
    """The field that holds the source's id."""
    return "external_id" if object == "contact" else "cf_source_id"


def read_rows(folder: Path, object: str) -> list[dict]:
    """The rows of an object."""
    return [json.loads(line) for line in (folder / f"{object}.jsonl").read_text(encoding="utf-8").splitlines()]


def read_refused(path: Path) -> dict[str, list[str]]:
    """Source ids of the rows refused so far, by object."""
    refused: dict[str, list[str]] = {object: [] for object in OBJECTS}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        row = json.loads(line)
        refused[row["object"]].append(row["id"])
    return refused


def say(folder: Path, *, loaded: dict[str, list[str]], refused: dict[str, list[str]], words: str) -> None:
    """Leave word of what the tool says of each row; what it says nothing of stands nowhere."""
    without = {object: set(ids) for object, ids in refused.items()}
    kept = {object: [id for id in ids if id not in without[object]] for object, ids in loaded.items()}
    said = {"loaded": kept, "refused": refused, "words": words}
    (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
