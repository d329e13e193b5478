"""Likely duplicates with the workbench's own likeness: `likeness_ours.py RECORDS.csv`."""

import json
import resource
import sys
import time

import polars as pl

from workbench.likeness import Comparison, find_likely

start = time.perf_counter()
people = pl.read_csv(sys.argv[1], infer_schema=False)
FEBRL = (
    Comparison(columns=("given_name", "surname"), kind="name"),
    Comparison(columns=("date_of_birth",), kind="date"),
    Comparison(columns=("soc_sec_id",), kind="code"),
    Comparison(columns=("street_number", "address_1", "suburb", "postcode"), kind="address"),
)
found = find_likely(people, FEBRL).pairs
ids = [people["rec_id"].gather(found[side]) for side in "ab"]
print(
    json.dumps(
        {
            "pairs": list(zip(*ids, found["likeness"], strict=True)),
            "seconds": time.perf_counter() - start,
            "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        }
    )
)
