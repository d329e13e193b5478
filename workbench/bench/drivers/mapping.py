"""What the drivers of the other tools share: how a row becomes a request. Needs nothing but Python.

A user of any of these tools writes this part by hand. Parents are found among the answers of this process, and looked
up in the tenant where a restart has lost those; a row the tenant refuses is written to a file and the rest goes on.
"""

import json
from pathlib import Path

OBJECTS = ("sales_account", "contact", "deal", "note")
PATHS = {"sales_account": "sales_accounts", "contact": "contacts", "deal": "deals", "note": "notes"}


class Refused(Exception):
    """The tenant does not take this row, or what it hangs on is not there."""


class Mapping:
    """Rows to requests.

    Args:
        send: Sends method, path and body, with the retries of the tool; returns status and body.
        mode: `create` posts each record; `upsert` names the source's id where the API has upserts, which is not for
            notes.
        refusals: File that gets a line for each row that was refused.
    """

    def __init__(self, send, *, mode: str, refusals: Path) -> None:
        self.send, self.mode, self.refusals = send, mode, refusals
        self.ids: dict[tuple[str, str], int] = {}

    def write(self, object: str, row: dict) -> bool:
        """Write one row; false where it was refused. Anything worse is raised by `send`."""
        try:
            path, body = self.address(object, row)
            status, answer = self.send("POST", path, body)
            if status >= 400:
                raise Refused(f"{status} {json.dumps(answer)[:200]}")
        except Refused as why:
            with self.refusals.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"object": object, "id": row["id"], "why": str(why)}) + "\n")
            return False
        self.ids[object, row["id"]] = answer[object]["id"]
        return True

    def address(self, object: str, row: dict) -> tuple[str, dict]:
        """Where a row goes, and as what."""
        body = self.build(object, row)
        if self.mode == "create" or object == "note":
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
        if (object, id) not in self.ids:
            rule = {"attribute": name_key(object), "operator": "is_in", "value": id}
            status, answer = self.send("POST", f"filtered_search/{object}", {"filter_rule": [rule]})
            found = answer.get(PATHS[object]) if status < 400 else None
            if not found:
                raise Refused(f"{object} {id} is not in the tenant")
            self.ids[object, id] = found[0]["id"]
        return self.ids[object, id]


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
    kept = {object: [id for id in ids if id not in set(refused[object])] for object, ids in loaded.items()}
    said = {"loaded": kept, "refused": refused, "words": words}
    (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
