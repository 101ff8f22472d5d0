#!/usr/bin/env python3
"""From an event to the change at a subscriber, and what a model change does to it.

Events come at a steady rate, ten of them each millisecond, purchases that move every score; the scorer tells every change. Its model is boosting
with logistic regression: one thread scores, and a stack takes longer than the tenth of a millisecond that there is for each. `p50` and `p99` count
from when an event was due to be sent, so that a load that falls behind counts, too; `_acknowledged` from its acknowledgement. The floor is an
fdatasync and two loopback hops at the same rate; Kafka's produce to consume is not fsynced. Re-scoring is of a million customers.
"""

from peers.kafka_broker import Broker
from processes import program
from rounds import run
from scored_shop import scored_shop

CUSTOMERS = 100_000
MANY_CUSTOMERS = 1_000_000
RATE = 10_000
SECONDS = 20


def seconds(context):
    return context.scaled(SECONDS, least=3)


def rate(context):
    """Whole events each millisecond."""
    return context.scaled(RATE) // 1_000 * 1_000


def latencies(store, scorer, customers, context):
    return program("ebb-bench-stream-latency", "--store", store.address, "--scorer", scorer.address, "--customers", customers,
                   "--rate", rate(context), "--seconds", seconds(context))


def stream(context):
    customers = max(context.scaled(CUSTOMERS), 2 * rate(context))
    with scored_shop(context, customers, "boosting") as (store, _, scorer):
        seen = latencies(store, scorer, customers, context)
    for share in ("p50", "p99"):
        yield share, seen[f"due_{share}_ms"], "ms"
        yield f"{share}_acknowledged", seen[f"acknowledged_{share}_ms"], "ms"


def kafka(context):
    with Broker(context) as broker:
        seen = broker.latency(rate(context), seconds(context))
    for share in ("p50", "p99"):
        yield f"kafka_{share}", seen[f"{share}_ms"], "ms"


def floor(context):
    seen = program("ebb-bench-floor", context.folder / "floor", rate(context), seconds(context))
    for share in ("p50", "p99"):
        yield f"floor_{share}", seen[f"{share}_ms"], "ms"


def rescore(context):
    customers = max(context.scaled(MANY_CUSTOMERS), 2 * rate(context))
    with scored_shop(context, customers, "boosting") as (store, champion, scorer):
        limits = program("ebb-bench-rescore-limits", store.address, context.folder / "puts", customers)
        yield "bare_puts", limits["puts"], "customers/s"
        yield "scored_in_memory_stack", limits["stack_rows"], "customers/s"
        champion.promote(2, "logistic")
        yield "rescored_logistic", customers / scorer.wait(2, customers), "customers/s"
        champion.promote(3, "stack")
        yield "rescored_stack", customers / scorer.wait(3, customers), "customers/s"
        champion.promote(4, "boosting")
        scorer.wait(4, customers)
        before = latencies(store, scorer, customers, context)
        champion.promote(5, "boosting")
        during = latencies(store, scorer, customers, context)
    for name, seen in (("before", before), ("during", during)):
        yield f"p99_{name}_model_change", seen["due_p99_ms"], "ms"
        yield f"ingest_p99_{name}_model_change", seen["ack_p99_ms"], "ms"


run("stream", {"latency": [stream, kafka, floor], "rescore": [rescore]}, minutes=45)
