"""One attempt with dlt: a pipeline an object, in order, into a custom destination of its own: `dlt_pipeline.py CELL`.

As its documentation has it: `@dlt.destination`, whose progress dlt keeps batch by batch; its own `requests`, which
repeats what failed; an incremental cursor, so that a second run extracts nothing; a package left behind is loaded
before anything new. A batch is a bulk upsert of a hundred rows, or one row alone: notes always, for they have no
upsert, and what dlt remembers is then right to the record.
"""

import json
import sys
from pathlib import Path

CELL = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
FOLDER, RECORDS = Path(CELL["folder"]), Path(CELL["records"])

import dlt  # noqa: E402
from dlt.common.destination.exceptions import DestinationTransientException  # noqa: E402
from dlt.sources.helpers.requests import Client  # noqa: E402
from mapping import BATCH, OBJECTS, Mapping, read_refused, read_rows, say  # noqa: E402

HEADERS = {"Authorization": f"Token token={CELL['key']}", "Accept": "application/json"}
client = Client(request_timeout=CELL["timeout"], raise_for_status=False)
client.session.headers.update(HEADERS)
client.session.trust_env = False  # no proxy stands between this machine and itself


def send(method, path, body):
    """One request with dlt's own retries; what is still no answer fails the job, which dlt repeats."""
    answer = client.request(method, f"{CELL['url']}/{path}", json=body)
    if answer.status_code == 429 or answer.status_code >= 500:
        raise DestinationTransientException(f"{path}: {answer.status_code}")
    return answer.status_code, answer.json()


mapping = Mapping(send, refusals=FOLDER / "refused.jsonl")


def make_destination(object):
    """Where the rows of an object go, and how many at a time."""
    is_bulk = CELL["mode"] == "bulk" and object != "note"

    @dlt.destination(
        batch_size=BATCH if is_bulk else 1,
        name="freshsales",
        naming_convention="direct",
        skip_dlt_columns_and_tables=True,
    )
    def freshsales(items, table):
        rows = [dict(row) for row in items]
        if is_bulk:
            mapping.write_batch(table["name"], rows)
        else:
            mapping.write(table["name"], *rows)

    return freshsales


def rows_of(object):
    """The resource of an object, which yields what is new."""

    @dlt.resource(name=object)
    def rows(cursor=dlt.sources.incremental("row", row_order="asc")):  # noqa: B008
        yield read_rows(RECORDS, object)

    return rows


def load(object):
    """Load what an earlier attempt left behind, then what is new; returns the rows the last trace counts."""
    pipeline = dlt.pipeline(
        f"bench_{object}", destination=make_destination(object), pipelines_dir=str(FOLDER / "pipelines")
    )
    if pipeline.has_pending_data:
        pipeline.run()
    pipeline.run(rows_of(object))
    counted = pipeline.last_trace.last_normalize_info
    return counted.row_counts.get(object, 0) if counted else 0


def main():
    """Load every object, and say what dlt says: a pipeline that came to its end has loaded all it was given."""
    dlt.config["runtime.dlthub_telemetry"] = False
    dlt.config["load.workers"] = 1
    counted = {}
    try:
        for object in OBJECTS:
            counted[object] = load(object)
        tell(counted, words="every pipeline came to its end")
    except Exception:
        tell(counted, words="a pipeline failed")
        raise


def tell(counted, *, words):
    """Leave word of the objects that came to their end."""
    refused = read_refused(FOLDER / "refused.jsonl")
    loaded = {object: [row["id"] for row in read_rows(RECORDS, object)] for object in counted}
    sums = f"{sum(counted.values()):,} new rows in this run, {sum(map(len, refused.values())):,} refused in all"
    say(FOLDER, loaded=loaded, refused=refused, words=f"{words}; {sums}")


if __name__ == "__main__":
    main()
