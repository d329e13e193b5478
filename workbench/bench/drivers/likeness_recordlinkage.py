"""Likely duplicates with recordlinkage and its unsupervised classifier: `likeness_recordlinkage.py RECORDS.csv`."""

import json
import resource
import sys
import time
import warnings

warnings.simplefilter("ignore")
import pandas as pd  # noqa: E402
import recordlinkage as rl  # noqa: E402

BLOCKS = ["soc_sec_id", "date_of_birth", ["given_name", "surname"], ["surname", "year"], ["given_name", "year"],
          ["street_number", "address_1"]]  # fmt: skip
start = time.perf_counter()
people = pd.read_csv(sys.argv[1], dtype=str).set_index("rec_id")
people["year"] = people["date_of_birth"].str[:4]
indexer = rl.Index()
for block in BLOCKS:
    indexer.block(block)
candidates = indexer.index(people)
compare = rl.Compare()
for name in ("given_name", "surname", "address_1", "date_of_birth", "soc_sec_id"):
    compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
for name in ("street_number", "postcode"):
    compare.exact(name, name, label=name)
features = compare.compute(candidates, people)
found = rl.ECMClassifier().fit_predict(features)
print(
    json.dumps(
        {
            "pairs": [[*pair, 1.0] for pair in found],
            "seconds": time.perf_counter() - start,
            "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        }
    )
)
