#!/usr/bin/env python3
"""A training set of 100 thousand customers and 12 monthly dates beside Feast's point-in-time join of the same size (20 features, DuckDB).

Our log is a purchase of three lines a month for each customer and a profile, and all features of the default declarations are computed from
it; Feast's is a row of 20 finished features a month. What a read
needs at its peak is the server's and the reader's memory together: `peak_memory` where the reader takes chunk by chunk, `peak_memory_kept`
where it keeps the whole table, as Feast's data frame is kept.
"""

import datetime
import shutil

import workloads
from peers import feast_server
from processes import Store, program
from rounds import run

CUSTOMERS = 100_000
DATES = 12


def month(before):
    """The first day of the month so many months before this one."""
    today = datetime.date.today()
    months = today.year * 12 + today.month - 1 - before
    return datetime.date(months // 12, months % 12 + 1, 1)


# A label looks a month ahead and the month before a date must have a purchase: one month more than there are dates, the last one complete.
FIRST_MONTH, FIRST_DATE = month(DATES + 1), month(DATES)


def filled(context):
    def fill(folder):
        with Store(folder) as server:
            server.load(workloads.purchase_log(context.scaled(CUSTOMERS), FIRST_MONTH, DATES + 1))
            server.stop()
    return context.once("store", fill)


def read(context, *more):
    with Store(filled(context)) as server:
        seen = program("ebb-bench-training-set-load", "--address", server.address, "--first-date", f"{FIRST_DATE:%Y-%m}", "--dates", DATES, *more)
        server_peak = server.memory_mib("VmHWM")
    expected = context.scaled(CUSTOMERS) * DATES
    if seen["rows"] != expected:
        raise RuntimeError(f"{seen['rows']} rows instead of {expected}")
    return seen, server_peak


def store(context):
    seen, server_peak = read(context)
    yield "seconds", seen["seconds"], "s"
    yield "rows", seen["rows"], "rows"
    yield "features", seen["features"], "features"
    yield "peak_memory", seen["peak_memory_mib"] + server_peak, "MiB"
    kept, server_peak = read(context, "--keep")
    yield "seconds_kept", kept["seconds"], "s"
    yield "peak_memory_kept", kept["peak_memory_mib"] + server_peak, "MiB"


def scan(context):
    # Twice: the first brings the files into the system's cache, where they are for the store as well.
    folder = filled(context) / "store"
    program("ebb-bench-store-scan", folder)
    scanned = program("ebb-bench-store-scan", folder)
    yield "scan_seconds", scanned["seconds"], "s"
    yield "scan_size", scanned["mib"], "MiB"


def feast_duckdb(context):
    python = feast_server.interpreter(context)
    arguments = [context.scaled(CUSTOMERS), f"{FIRST_MONTH:%Y-%m}", DATES]
    repository = context.once("feast", lambda folder: None) / "repository"
    if not repository.exists():
        try:
            feast_server.script(python, "feast_training_set.py", "make", repository, *arguments)
        except Exception:
            shutil.rmtree(repository, ignore_errors=True)  # the next round shall not take half of it for the whole
            raise
    joined = feast_server.script(python, "feast_training_set.py", "read", repository, *arguments)
    yield "feast_seconds", joined["seconds"], "s"
    yield "feast_peak_memory", joined["peak_memory_mib"], "MiB"


run("training-set", {
    "store": [store, scan],
    "feast": [store, feast_duckdb],
}, minutes=8)
