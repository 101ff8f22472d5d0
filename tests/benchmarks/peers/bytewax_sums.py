"""Bytewax: one-day sums a customer, in memory, without a log or acknowledgements."""

import json
import pathlib
import subprocess

import workloads
from peers import python_packages
from processes import HOURS, die_with_parent

REQUIREMENT = "bytewax==0.21.1"
FLOW = pathlib.Path(__file__).with_name("bytewax_flow.py")


def sums(context, workload, events):
    """Events a second."""
    python = python_packages.python("bytewax", REQUIREMENT)
    context.peer("bytewax", python_packages.versions(python, "bytewax")["bytewax"])
    ended = subprocess.run([python, FLOW, workloads.table(workload), str(events)], check=True, stdout=subprocess.PIPE, text=True,
                           timeout=HOURS, preexec_fn=die_with_parent)
    return json.loads(ended.stdout.splitlines()[-1])["events_per_second"]
