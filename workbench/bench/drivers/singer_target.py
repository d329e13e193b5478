"""One attempt with a Singer target of the Meltano SDK, fed by a file of messages: `singer_target.py CELL`.

As its documentation has it: a `BatchSink` that hands in a hundred records by one bulk upsert, or a `RecordSink` that
writes each record as it comes, which notes always do, for they have no upsert; requests repeated with `backoff` as the
SDK repeats its own; the last state the target wrote as the place where the next run begins. The SDK writes state every
five minutes; here the five minutes are as much shorter as this tenant is faster than a real one's quota, and state is
written between two streams as well.
"""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import backoff
import requests
from mapping import BATCH, OBJECTS, Mapping, read_refused, read_rows, say
from singer_sdk import Target, typing
from singer_sdk.exceptions import RetriableAPIError
from singer_sdk.sinks import BatchSink, RecordSink

CELL = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
FOLDER, RECORDS = Path(CELL["folder"]), Path(CELL["records"])
STATES = FOLDER / "states.jsonl"
TRIES = 5
PER_STATE = 100  # records between two state messages of the tap
# Five minutes of a tenant that takes 5,000 requests an hour are about 400 records.
STATE_MINUTES = 1 / 60
TYPES = {int: typing.IntegerType, float: typing.NumberType, str: typing.StringType}

session = requests.Session()
session.trust_env = False  # no proxy stands between this machine and itself
session.headers.update({"Authorization": f"Token token={CELL['key']}", "Accept": "application/json"})


@backoff.on_exception(
    backoff.expo,
    (
        RetriableAPIError,
        requests.exceptions.Timeout,
        requests.exceptions.ConnectionError,
        requests.exceptions.ChunkedEncodingError,
    ),
    max_tries=TRIES,
    factor=2,
    jitter=backoff.random_jitter,
)
def send(method, path, body):
    """One request, repeated as the SDK repeats its own."""
    answer = session.request(method, f"{CELL['url']}/{path}", json=body, timeout=CELL["timeout"])
    if answer.status_code == 429 or answer.status_code >= 500:
        raise RetriableAPIError(f"{path}: {answer.status_code}", answer)
    return answer.status_code, answer.json()


mapping = Mapping(send, refusals=FOLDER / "refused.jsonl")


class FreshsalesSink(RecordSink):
    """Writes one record as it comes."""

    def process_record(self, record, context):
        """Write it, and go on where it was refused."""
        if not mapping.write(self.stream_name, record):
            self.logger.warning("%s %s was refused", self.stream_name, record["id"])


class FreshsalesBatchSink(BatchSink):
    """Writes a hundred records at a time."""

    max_size = BATCH

    def process_batch(self, context):
        """Hand them in and keep those that were refused."""
        mapping.write_batch(self.stream_name, context["records"])


class TargetFreshsales(Target):
    """The target."""

    name = "target-freshsales"
    config_jsonschema = typing.PropertiesList().to_dict()
    _MAX_RECORD_AGE_IN_MINUTES = STATE_MINUTES

    def get_sink_class(self, stream_name):
        """By the hundred where the tenant has bulk writes."""
        return FreshsalesBatchSink if CELL["mode"] == "bulk" and stream_name != "note" else FreshsalesSink

    def _process_schema_message(self, message_dict):
        """A stream begins once those before it are written: its records hang on theirs."""
        self.drain_all()
        super()._process_schema_message(message_dict)


def read_state():
    """The last state the target wrote."""
    lines = STATES.read_text(encoding="utf-8").splitlines() if STATES.exists() else []
    return json.loads(lines[-1]) if lines else {"bookmarks": {}}


def write_messages(state, path):
    """What a tap that starts from that state says."""
    marks = {object: dict(mark) for object, mark in state["bookmarks"].items()}
    with path.open("w", encoding="utf-8") as file:
        for object in OBJECTS:
            rows = read_rows(RECORDS, object)
            properties = typing.PropertiesList(
                *(typing.Property(name, TYPES[type(value)]) for name, value in rows[0].items())
            )
            schema = {"type": "SCHEMA", "stream": object, "schema": properties.to_dict(), "key_properties": ["id"]}
            print(json.dumps(schema), file=file)
            for row in rows[marks.get(object, {}).get("row", 0) :]:
                print(json.dumps({"type": "RECORD", "stream": object, "record": row}), file=file)
                if row["row"] % PER_STATE == 0 or row["row"] == len(rows):
                    marks[object] = {"row": row["row"]}
                    print(json.dumps({"type": "STATE", "value": {"bookmarks": marks}}), file=file)


def tell(words):
    """Leave word of what the state says: all up to its bookmarks was loaded, but what was refused."""
    marks, refused = read_state()["bookmarks"], read_refused(FOLDER / "refused.jsonl")
    loaded = {
        object: [row["id"] for row in read_rows(RECORDS, object)[: marks.get(object, {}).get("row", 0)]]
        for object in OBJECTS
    }
    count = sum(map(len, loaded.values()))
    say(
        FOLDER,
        loaded=loaded,
        refused=refused,
        words=f"{words}; state after {count:,} records, {sum(map(len, refused.values())):,} refused",
    )


def main():
    """Feed the target, with its states into a file."""
    messages = FOLDER / "messages.jsonl"
    write_messages(read_state(), messages)
    target = TargetFreshsales(config={})
    try:
        with (
            STATES.open("a", encoding="utf-8") as states,
            redirect_stdout(states),
            messages.open(encoding="utf-8") as file,
        ):
            target.listen(file)
    except Exception:
        tell("the target ended with an error")
        raise
    tell("the target came to its end")


if __name__ == "__main__":
    main()
