"""Workload files: made once, sent in every round."""

import datetime
import hashlib

from processes import program
from rounds import ROOT, WORK, say

FOLDER = WORK / "workloads"


def _edition():
    """Files of another day or of another generator are not what the run wants."""
    source = (ROOT / "tests/benchmarks/workload.cc").read_bytes()
    return f"{datetime.date.today():%Y%m%d}-{hashlib.sha256(source).hexdigest()[:8]}"


def _made(name, *arguments):
    FOLDER.mkdir(parents=True, exist_ok=True)
    edition = _edition()
    for file in FOLDER.iterdir():
        if not file.name.startswith(edition):
            file.unlink()
    path = FOLDER / f"{edition}-{name}"
    if not path.exists():
        say(f"bench: making the workload {name}")
        program("ebb-bench-workload", "--file", path, *arguments)
    return path


def workload(events, customers, batch=1000, zipf=False):
    return _made(f"{events}-{customers}-{batch}{'-zipf' if zipf else ''}", "--events", events, "--customers", customers,
                 "--events-per-batch", batch, *(["--zipf"] if zipf else []))


def purchase_log(customers, first_month, months):
    """`first_month`: a datetime.date."""
    return _made(f"purchases-{customers}-{months}", "--customers", customers, "--purchases-from", f"{first_month:%Y-%m}", "--months", months)


def table(workload_file):
    """The events of a workload file as lines of customer, microseconds, bytes."""
    path = workload_file.with_name(workload_file.name + ".csv")
    if not path.exists():
        program("ebb-bench-workload", "--file", workload_file, "--table", path)
    return path
