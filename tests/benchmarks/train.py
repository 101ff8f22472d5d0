#!/usr/bin/env python3
"""Single fits to a million rows of sixteen columns beside scikit-learn's and XGBoost's own, two threads each, every fit in a process of its own.

Prints one JSON object a line and round: <family>_seconds and its peer's, the ROC-AUC of fresh rows on both sides, and <family>_peak, the whole
process's peak over the size of the table of doubles.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

from peers import python_packages
from rounds import ROOT, WORK, say
from pathlib import Path

PACKAGES = ("scikit-learn==1.9.1", "xgboost==3.2.0")
HERE = Path(__file__).resolve().parent
PEERS = {"logistic_regression": "scikit_learn", "decision_tree": "scikit_learn", "random_forest": "scikit_learn", "gradient_boosting": "xgboost"}
ROWS, COLUMNS, THREADS = 1_000_000, 16, 2
TABLE_MIB = ROWS * COLUMNS * 8 / 2**20
OURS = ROOT / "build/release/bin/ebb-bench-train"


def result_of(*command):
    ended = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    return json.loads(ended.stdout) if ended.stdout else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    python = python_packages.python("train", *PACKAGES)
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        result_of(OURS, "make", folder, ROWS, COLUMNS)
        for number in range(1, rounds + 1):

            def figure(name, value, unit):
                print(json.dumps({"bench": "train", "round": number, "figure": name, "value": value, "unit": unit}), flush=True)

            for family, peer in PEERS.items():
                say(f"bench train: round {number} of {rounds}, {family}, load {os.getloadavg()[0]:.1f}")
                ours = result_of(OURS, "fit", folder, COLUMNS, family, THREADS)
                theirs = result_of(python, HERE / "train_reference.py", folder, COLUMNS, family, THREADS)
                for prefix, side in (("", ours), (f"{peer}_", theirs)):
                    figure(f"{prefix}{family}_seconds", side["seconds"], "s")
                    figure(f"{prefix}{family}_roc_auc", side["roc_auc"], "share")
                    figure(f"{prefix}{family}_peak", side["peak_mib"] / TABLE_MIB, "tables")


if __name__ == "__main__":
    sys.exit(main())
