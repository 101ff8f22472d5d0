#!/usr/bin/env python3
"""GetFeatures beside what shops would read features from: 100 random customers a call, 4 connections, one call at a time on each.

The store holds three million events of the workload and one of each customer before them. Values that RocksDB reads by MultiGet are as long as a customer is in our answers.
"""

import workloads
from peers.feast_server import Repository
from peers.redis_server import Redis
from processes import Store, program
from rounds import run

EVENTS = 3_000_000
CUSTOMERS = 10_000
SECONDS = 10
CONNECTIONS = 4


def seconds(context):
    return context.scaled(SECONDS, least=2)


def filled(context, customers):
    """A folder with a stopped store of so many customers, each of whom is there."""
    def fill(folder):
        with Store(folder) as server:
            server.load(workloads.everybody(customers))
            server.load(workloads.workload(context.scaled(EVENTS), customers))
            server.stop()
    return context.once(str(customers), fill)


def read(context, customers):
    with Store(filled(context, customers)) as server:
        seen = program("ebb-bench-read-load", "--address", server.address, "--connections", CONNECTIONS, "--seconds", seconds(context))
    if seen["customers"] != customers:
        raise RuntimeError(f"{seen['customers']} customers instead of {customers}")
    return seen


def figures(name, seen):
    yield f"customers{name}", seen["customers_per_second"], "customers/s"
    yield f"p50{name}", seen["p50_ms"], "ms"
    yield f"p99{name}", seen["p99_ms"], "ms"


def store_10_thousand(context):
    seen = read(context, CUSTOMERS)
    yield from figures("", seen)
    yield "features", seen["features"], "features"
    value_bytes = round(seen["bytes_per_customer"])
    yield "bytes_per_customer", value_bytes, "B"
    got = program("ebb-bench-rocksdb-multiget", context.folder / "rocksdb", CUSTOMERS, value_bytes, seconds(context))
    yield "rocksdb_multiget", got["customers_per_second"], "customers/s"


def store_1_million(context):
    seen = read(context, context.scaled(1_000_000))
    yield from figures("_1_million", seen)


def redis_loop(context):
    with Redis(context) as server:
        yield from figures("_redis_loop", server.hmget(CUSTOMERS, connections=1, seconds=seconds(context)))
        yield from figures("_redis_loop_4_connections", server.hmget(CUSTOMERS, connections=CONNECTIONS, seconds=seconds(context)))


def feast_grpc(context):
    with Redis(context) as online, Repository(context, online, CUSTOMERS).grpc_server() as server:
        yield from figures("_feast", server.read(CONNECTIONS, seconds(context)))


run("reads", {
    "store": [store_10_thousand, store_1_million],
    "redis": [store_10_thousand, redis_loop],
    "feast": [store_10_thousand, feast_grpc],
}, minutes=10)
