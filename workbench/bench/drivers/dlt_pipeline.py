"""One attempt with dlt: a pipeline an object, in order, into a custom destination of its own: `dlt_pipeline.py CELL`.

As its documentation has it: `@dlt.destination` with a batch size of one, so that what dlt remembers of a load package
is right to the record; its own `requests`, which repeats what failed; an incremental cursor, so that a second run
extracts nothing; a package left behind is loaded before anything new.
"""

import json
import sys
from pathlib import Path

CELL = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
FOLDER, RECORDS = Path(CELL["folder"]), Path(CELL["records"])

import dlt  # noqa: E402
from dlt.common.destination.exceptions import DestinationTransientException  # noqa: E402
from dlt.sources.helpers.requests import Client  # noqa: E402
from mapping import OBJECTS, Mapping, read_refused, read_rows, say  # noqa: E402

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


mapping = Mapping(send, mode=CELL["mode"], refusals=FOLDER / "refused.jsonl")


@dlt.destination(batch_size=1, name="freshsales", naming_convention="direct", skip_dlt_columns_and_tables=True)
def freshsales(items, table):
    """Write the rows of a batch."""
    for row in items:
        mapping.write(table["name"], dict(row))


def rows_of(object):
    """The resource of an object, which yields what is new."""

    @dlt.resource(name=object)
    def rows(cursor=dlt.sources.incremental("row", row_order="asc")):  # noqa: B008
        yield read_rows(RECORDS, object)

    return rows


def load(object):
    """Load what an earlier attempt left behind, then what is new; returns the rows the last trace counts."""
    pipeline = dlt.pipeline(f"bench_{object}", destination=freshsales, pipelines_dir=str(FOLDER / "pipelines"))
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
        tell(counted, words="")
    except Exception:
        tell(counted, words="a pipeline failed; ")
        raise


def tell(counted, *, words):
    """Leave word of the objects that came to their end."""
    refused = read_refused(FOLDER / "refused.jsonl")
    loaded = {object: [row["id"] for row in read_rows(RECORDS, object)] for object in counted}
    sums = f"{sum(counted.values()):,} rows loaded, {sum(map(len, refused.values())):,} refused"
    say(FOLDER, loaded=loaded, refused=refused, words=f"{words}{sums}")


if __name__ == "__main__":
    main()
