"""feast_views.py FOLDER REDIS_PORT CUSTOMERS: makes a Feast repository in FOLDER (20 features: 8 int, 8 float, 4 string; one entity, one view
with a push source) whose online store is a Redis, and fills it with one row for each of the customers.

Run by the interpreter that has Feast; also imported by the other feast_*.py scripts.
"""

import datetime
import pathlib
import sys

import pandas

INTS = [f"i{n}" for n in range(8)]
FLOATS = [f"f{n}" for n in range(8)]
STRINGS = [f"s{n}" for n in range(4)]
VIEW = "plain"
NAMES = [f"{VIEW}:{name}" for name in INTS + FLOATS + STRINGS]


def customer(number):
    return f"c{number}"


def rows(numbers, event_time):
    """A frame with one row for each of the customers."""
    numbers = pandas.Series(list(numbers))
    columns = {"customer_id": [customer(number) for number in numbers], "event_timestamp": event_time}
    columns.update({name: numbers % 97 + k for k, name in enumerate(INTS)})
    columns.update({name: numbers * 0.25 + k for k, name in enumerate(FLOATS)})
    columns.update({name: [f"word{(number + k) % 11}" for number in numbers] for k, name in enumerate(STRINGS)})
    return pandas.DataFrame(columns)


def store(folder, online, offline):
    """A FeatureStore with the view applied; `log.parquet` in the folder is its offline source."""
    from feast import Entity, FeatureStore, FeatureView, Field, FileSource, PushSource, ValueType
    from feast.types import Float64, Int64, String

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feature_store.yaml").write_text(
        f"project: bench\nprovider: local\nregistry: {folder}/registry.db\nonline_store: {online}\noffline_store: {offline}\n"
        "entity_key_serialization_version: 3\n", encoding="utf-8")
    log = FileSource(path=str(folder / "log.parquet"), timestamp_field="event_timestamp")
    if not (folder / "log.parquet").exists():
        rows(range(1), datetime.datetime.now(datetime.timezone.utc)).to_parquet(folder / "log.parquet")
    entity = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.STRING)
    fields = [Field(name=name, dtype=dtype) for names, dtype in ((INTS, Int64), (FLOATS, Float64), (STRINGS, String)) for name in names]
    view = FeatureView(name=VIEW, entities=[entity], schema=fields, source=PushSource(name="push", batch_source=log),
                       ttl=datetime.timedelta(days=400))
    feature_store = FeatureStore(repo_path=str(folder))
    feature_store.apply([entity, view])
    return feature_store


def main():
    folder, port, customers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    feature_store = store(folder, f"{{type: redis, connection_string: 'localhost:{port}'}}", "{type: file}")
    now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    for begin in range(0, customers, 10_000):
        feature_store.write_to_online_store(VIEW, rows(range(begin, min(customers, begin + 10_000)), now))


if __name__ == "__main__":
    main()
