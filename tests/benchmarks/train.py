#!/usr/bin/env python3
"""Single fits to a million rows of sixteen columns beside scikit-learn's and XGBoost's own, two threads each, every fit in a process of its own.

Prints one JSON object a line and round: <family>_seconds and its peer's, the ROC-AUC of fresh rows on both sides, and <family>_peak, the whole
process's peak over the size of the table of doubles. What takes long is fitted in fewer rounds, and the forests have twenty trees, not a
hundred, all of which cost the same: five rounds take some ten minutes on two cores, most of it the peers'.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import typing

from peers import python_packages
from rounds import ROOT, WORK, say
from pathlib import Path

PACKAGES = ("scikit-learn==1.9.1", "xgboost==3.2.0")
HERE = Path(__file__).resolve().parent


class Part(typing.NamedTuple):
    peer: str
    most_rounds: int  # of those asked for; a fit gives the same model each time, so only its seconds differ
    what: str


PARTS = {
    "logistic_regression": Part("scikit_learn", 5, "L2, C 1"),
    "decision_tree": Part("scikit_learn", 3, "depth 12"),
    "random_forest": Part("scikit_learn", 1, "20 trees of depth 12"),
    "gradient_boosting": Part("xgboost", 2, "200 trees of depth 6"),
}
ROWS, COLUMNS, THREADS = 1_000_000, 16, 2
TABLE_MIB = ROWS * COLUMNS * 8 / 2**20
OURS = ROOT / "build/release/bin/ebb-bench-train"


def result_of(*command):
    ended = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    return json.loads(ended.stdout) if ended.stdout else None


def take_round(number, family, part, python, folder):
    def figure(name, value, unit):
        print(json.dumps({"bench": "train", "round": number, "figure": name, "value": value, "unit": unit, "enough_rounds": part.most_rounds}), flush=True)

    say(f"bench train: round {number}, {family}, load {os.getloadavg()[0]:.1f}")
    ours = result_of(OURS, "fit", folder, COLUMNS, family, THREADS)
    theirs = result_of(python, HERE / "train_reference.py", folder, COLUMNS, family, THREADS)
    for prefix, side in (("", ours), (f"{part.peer}_", theirs)):
        figure(f"{prefix}{family}_seconds", side["seconds"], "s")
        figure(f"{prefix}{family}_roc_auc", side["roc_auc"], "share")
        figure(f"{prefix}{family}_peak", side["peak_mib"] / TABLE_MIB, "tables")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    python = python_packages.python("train", *PACKAGES)
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        result_of(OURS, "make", folder, ROWS, COLUMNS)
        say(f"bench train: {ROWS:,} rows of {COLUMNS} columns, {THREADS} threads; seconds of the fit, peak of its process, ROC-AUC of fresh rows")
        for family, part in PARTS.items():
            say(f"bench train: {family}, {part.what}, beside {part.peer}: rounds {min(rounds, part.most_rounds)}")
        for number in range(1, rounds + 1):
            for family, part in PARTS.items():
                if number <= part.most_rounds:
                    take_round(number, family, part, python, folder)


if __name__ == "__main__":
    sys.exit(main())
