"""Likely duplicates with splink on DuckDB, as its tutorial has it: `likeness_splink.py RECORDS.csv`."""

import json
import resource
import sys
import time

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

BLOCKS = [
    block_on("soc_sec_id"),
    block_on("date_of_birth"),
    block_on("given_name", "surname"),
    block_on("surname", "substr(postcode, 1, 2)"),
    block_on("given_name", "substr(date_of_birth, 1, 4)"),
    block_on("surname", "substr(date_of_birth, 1, 4)"),
    block_on("street_number", "address_1"),
]
start = time.perf_counter()
connection = duckdb.connect()
connection.execute(
    "create table people as select * from read_csv(?, header = true, all_varchar = true, nullstr = '')", [sys.argv[1]]
)
settings = SettingsCreator(
    link_type="dedupe_only",
    unique_id_column_name="rec_id",
    blocking_rules_to_generate_predictions=BLOCKS,
    comparisons=[
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number"),
        cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        cl.DamerauLevenshteinAtThresholds("postcode", [1]),
    ],
)
linker = Linker(DuckDBAPI(connection).register("people"), settings)
linker.training.estimate_probability_two_random_records_match([block_on("soc_sec_id")], recall=0.9)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
for rule in (block_on("date_of_birth"), block_on("given_name", "surname")):
    linker.training.estimate_parameters_using_expectation_maximisation(rule)
found = linker.inference.predict(threshold_match_probability=0.5)
found = f"select rec_id_l, rec_id_r, match_probability from {found.physical_name}"
print(
    json.dumps(
        {
            "pairs": connection.execute(found).fetchall(),
            "seconds": time.perf_counter() - start,
            "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        }
    )
)
