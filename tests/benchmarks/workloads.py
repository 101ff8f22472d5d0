"""Workload files: made once, sent in every round."""

import datetime
import hashlib
import json
import pathlib
import typing

from processes import program
from rounds import ROOT, WORK, say

FOLDER = WORK / "workloads"
SOURCES = ("tests/benchmarks/workload.cc", "tests/benchmarks/workload.h", "tests/benchmarks/workload_file.cc", "tests/benchmarks/workload_file.h",
           "tests/benchmarks/make_workload.cc", "proto/ebb/v1/event.proto", "proto/ebb/v1/feature_store_service.proto")


def _edition():
    """Files of another day or of another generator are not what the run wants."""
    sources = b"".join((ROOT / source).read_bytes() for source in SOURCES)
    return f"{datetime.date.today():%Y%m%d}-{hashlib.sha256(sources).hexdigest()[:8]}"


class Workload(typing.NamedTuple):
    path: pathlib.Path
    repeated: int  # events that were sent before: what a store must count as duplicates, not one more or less


def _made(name, *arguments):
    FOLDER.mkdir(parents=True, exist_ok=True)
    edition = _edition()
    for file in FOLDER.iterdir():
        if not file.name.startswith(edition):
            file.unlink()
    path = FOLDER / f"{edition}-{name}"
    told = path.with_name(path.name + ".json")  # what the program says when it has made the file
    if not told.exists():
        say(f"bench: making the workload {name}")
        told.write_text(json.dumps(program("ebb-bench-workload", "--file", path, *arguments)), encoding="utf-8")
    return Workload(path, json.loads(told.read_text(encoding="utf-8"))["repeated"])


def workload(events, customers, batch=1000, zipf=False):
    return _made(f"{events}-{customers}-{batch}{'-zipf' if zipf else ''}", "--events", events, "--customers", customers,
                 "--events-per-batch", batch, *(["--zipf"] if zipf else []))


def purchase_log(customers, first_month, months):
    """`first_month`: a datetime.date."""
    return _made(f"purchases-{customers}-{months}", "--customers", customers, "--purchases-from", f"{first_month:%Y-%m}", "--months", months)


def everybody(customers):
    """An event of each of so many customers, older than all that `workload` sends."""
    half_a_year_ago = datetime.date.today() - datetime.timedelta(days=190)
    return purchase_log(customers, half_a_year_ago, months=0)


def table(made):
    """The events of a workload as lines of customer, microseconds, bytes."""
    path = made.path.with_name(made.path.name + ".csv")
    if not path.exists():
        program("ebb-bench-workload", "--file", made.path, "--table", path)
    return path
