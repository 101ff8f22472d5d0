"""bytewax_flow.py TABLE EVENTS: sums of a day for each customer over (customer, microseconds, amount), which are in memory as Python tuples
before the clock starts. Prints events a second, one worker."""

import json
import sys
import time

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import TestingSource, run_main

DAY_US = 86_400_000_000


class Forget(StatelessSinkPartition):
    def write_batch(self, items):
        pass


class Nowhere(DynamicSink):
    def build(self, step_id, worker_index, worker_count):
        return Forget()


def add(sums, event):
    """The fold of a customer: day -> sum."""
    micros, amount = event
    sums = sums if sums is not None else {}
    day = micros // DAY_US
    sums[day] = sums.get(day, 0) + amount
    return sums, sums[day]


def read(path, count):
    events = []
    with open(path, encoding="utf-8") as table:
        for line in table:
            if len(events) == count:
                break
            customer, micros, amount = line.split(",")
            events.append((customer, (int(micros), int(amount))))
    return events


def main():
    events = read(sys.argv[1], int(sys.argv[2]))
    flow = Dataflow("day_sums")
    stream = op.input("events", flow, TestingSource(events, batch_size=1000))
    sums = op.stateful_map("sums", stream, add)
    op.output("out", sums, Nowhere())
    begin = time.perf_counter()
    run_main(flow)
    seconds = time.perf_counter() - begin
    print(json.dumps({"events_per_second": len(events) / seconds}))


if __name__ == "__main__":
    main()
