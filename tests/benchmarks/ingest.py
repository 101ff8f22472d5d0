#!/usr/bin/env python3
"""Durable ingest of the one workload (workload.h) beside what shops would use instead, on the same machine as its load.

`acknowledged` counts until the last acknowledgement (fsynced), `drained` until the history is sorted and the store has stopped in good order,
which writes the checkpoint: nothing is left to replay. The store runs with the settings that it has by default.
"""

import contextlib
import os
import shutil

import workloads
from peers.bytewax_sums import sums
from peers.feast_server import Repository
from peers.kafka_broker import Broker
from peers.redis_server import Redis
from processes import BIN, Server, Store, free_port, load, program
from rounds import run

EVENTS = 10_000_000
MEMORY_MIB = 1024  # budget of the store of ten million customers


def store(context, name, workload, streams=1, in_flight=4, flags=()):
    with Store(context.folder, *flags) as server:
        sent = server.load(workload, streams, in_flight)
        ended = server.stop()
    yield f"acknowledged{name}", sent["events"] / sent["seconds"], "events/s"
    yield f"drained{name}", sent["events"] / (sent["sorted_seconds"] + ended.seconds), "events/s"
    yield f"peak_memory{name}", ended.peak_mib, "MiB"


def thousand_workload(context):
    return workloads.workload(context.scaled(EVENTS), 10_000)


def hundred_workload(context):
    return workloads.workload(context.scaled(EVENTS), 10_000, batch=100)


def store_thousand(context):
    yield from store(context, "", thousand_workload(context))


def store_zipf(context):
    yield from store(context, "_zipf", workloads.workload(context.scaled(EVENTS), 10_000, zipf=True))


def store_hundred(context):
    yield from store(context, "_batches_of_100", hundred_workload(context), streams=4, in_flight=8)


def store_1_million_customers(context):
    yield from store(context, "_1_million_customers", workloads.workload(context.scaled(EVENTS), context.scaled(1_000_000)))


def store_10_million_customers(context):
    """All of them are there before the load. It is half as long: the budget is used up from the beginning, rates settle early."""
    customers = context.scaled(10_000_000)
    flags = ["--memory", f"{MEMORY_MIB}MiB"]

    def fill(folder):
        with Store(folder, *flags) as server:
            server.load(workloads.everybody(customers))
            if server.customers() != customers:
                raise RuntimeError(f"{server.customers()} customers instead of {customers}")
            server.stop()
    shutil.copytree(context.once("everybody", fill) / "store", context.folder / "store")
    os.sync()
    yield "memory_budget_10_million_customers", MEMORY_MIB, "MiB"
    yield from store(context, "_10_million_customers", workloads.workload(context.scaled(EVENTS // 2), customers), flags=flags)


def store_singles(context):
    yield from store(context, "_singles", workloads.workload(context.scaled(300_000), 10_000, batch=1), streams=4, in_flight=64)


def bare_stream(context):
    port = free_port()
    with Server([BIN / "ebb-bench-stream-sink", port], context.folder / "sink.log"):
        sent = load(f"127.0.0.1:{port}", thousand_workload(context), 1, 4, "--no-wait-until-sorted")
    yield "grpc_stream", sent["events"] / sent["seconds"], "events/s"


def rocksdb_put(context):
    # The slowest by far; its rate does not rise with length.
    put = program("ebb-bench-rocksdb-put", context.folder / "rocksdb", thousand_workload(context).path, context.scaled(1_000_000))
    yield "rocksdb_put_synced", put["events"] / put["seconds"], "events/s"


def redis_increments(context):
    commands = context.scaled(2_000_000)
    with Redis(context, "--appendonly", "yes", "--appendfsync", "everysec") as server:
        yield "redis_hincrbyfloat", server.increments(commands, keys=10_000), "commands/s"


def kafka_produce(context):
    with Broker(context) as broker:
        produced = broker.produce(hundred_workload(context), context.scaled(2_000_000))
    yield "kafka_fsynced_produce", produced["events"] / produced["seconds"], "events/s"


def bytewax_sums(context):
    yield "bytewax_in_memory_sums", sums(context, hundred_workload(context), context.scaled(1_000_000)), "events/s"


def feast_push(context):
    with contextlib.ExitStack() as stack:
        online = stack.enter_context(Redis(context))
        repository = Repository(context, online, customers=context.scaled(10_000))
        server = stack.enter_context(repository.http_server())
        yield "feast_push", server.push_single_rows(connections=4, seconds=10), "events/s"


run("ingest", {
    "thousand": [store_thousand, rocksdb_put, redis_increments, bare_stream],
    "zipf": [store_zipf, redis_increments],
    "hundred": [store_hundred, kafka_produce, redis_increments, bytewax_sums],
    "customers": [store_thousand, store_1_million_customers, store_10_million_customers],
    "singles": [store_singles, feast_push],
}, minutes=30)
