"""feast_training_set.py make FOLDER CUSTOMERS FIRST_MONTH MONTHS: a repository whose log is Parquet: a row of 20 features for each customer and
                       month.
feast_training_set.py read FOLDER CUSTOMERS FIRST_MONTH MONTHS: joins each customer at the end of each month with that log through the DuckDB
                       offline store. Prints seconds (of the join alone) and the most memory that this process ever had.
"""

import json
import pathlib
import resource
import sys
import time

import pandas

from feast_views import NAMES, customer, rows, store


def month_starts(first, count):
    return [pandas.Timestamp(first + "-01", tz="UTC") + pandas.DateOffset(months=n) for n in range(count)]


def make(folder, customers, first, months):
    folder.mkdir(parents=True)
    log = pandas.concat([rows(range(customers), start + pandas.Timedelta(days=14)) for start in month_starts(first, months)])
    log.to_parquet(folder / "log.parquet", index=False)
    store(folder, "{type: sqlite, path: " + str(folder / "online.db") + "}", "{type: duckdb}")


def read(folder, customers, first, months):
    from feast import FeatureStore

    feature_store = FeatureStore(repo_path=str(folder))
    names = [customer(number) for number in range(customers)]
    entities = pandas.concat([pandas.DataFrame({"customer_id": names, "event_timestamp": start}) for start in month_starts(first, months + 1)[1:]])
    begin = time.perf_counter()
    frame = feature_store.get_historical_features(entity_df=entities, features=NAMES).to_df()
    seconds = time.perf_counter() - begin
    if len(frame) != customers * months or frame["f0"].isna().any():
        raise RuntimeError("the training set is not complete")
    print(json.dumps({"seconds": seconds, "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    {"make": make, "read": read}[sys.argv[1]](pathlib.Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
