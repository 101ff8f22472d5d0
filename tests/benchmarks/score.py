#!/usr/bin/env python3
"""Scoring alone: probabilities of vectors in memory, by the same models as scikit-learn, scikit-learn-intelex and onnxruntime, two threads each.

Prints one JSON object a line and round. For each model <model>_vector_us (one vector after the other, one thread, from vector to probability);
<model>_rows (10,000 at once) and <model>_rows_singles (one by one) a second, and the peers' <peer>_<model>_rows…; <model>_difference, the
greatest of our probabilities to scikit-learn's. `stack` is all models and neighbours together, of which only ours is measured;
logistic_with_revenue_vector_us is one vector's probability and a forecast of next month's revenue.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from peers import python_packages
from rounds import ROOT, WORK, say

PACKAGES = ("scikit-learn==1.9.1", "xgboost==3.2.0", "scikit-learn-intelex==2026.2.0", "onnxruntime==1.32.0", "skl2onnx==1.20.0")
HERE = pathlib.Path(__file__).resolve().parent
MODELS = ("logistic", "rbf", "forest", "boosting")
PEERS = ("scikit_learn", "intelex", "onnxruntime")
TWO_THREADS = os.environ | {"OMP_NUM_THREADS": "2"}


def lines_of(*command):
    ended = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=TWO_THREADS)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def difference(ours, theirs):
    return max(abs(a - b) for a, b in zip(ours, theirs))


def measure(work, python, name, figure):
    [ours] = lines_of(ROOT / "build/release/bin/ebb-bench-score", pathlib.Path(work) / f"{name}.json")
    figure(f"{name}_vector_us", ours["vector_us"], "us")
    figure(f"{name}_rows", ours["rows"], "rows/s")
    figure(f"{name}_rows_singles", ours["rows_singles"], "rows/s")
    if "vector_with_revenue_us" in ours:
        figure(f"{name}_with_revenue_vector_us", ours["vector_with_revenue_us"], "us")
    if name == "stack":
        return
    for peer in PEERS:
        [theirs] = lines_of(python, HERE / "score_reference.py", "score", work, peer, name)
        figure(f"{peer}_{name}_rows", theirs["rows"], "rows/s")
        figure(f"{peer}_{name}_rows_singles", theirs["rows_singles"], "rows/s")
        apart = difference(ours["probabilities"], theirs["probabilities"])
        if peer == "scikit_learn":
            figure(f"{name}_difference", apart, "difference")
        else:
            say(f"bench score: {name}: probabilities of {peer} differ by up to {apart:.1e}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    python = python_packages.python("score", *PACKAGES)
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as work:
        lines_of(python, HERE / "score_reference.py", "fit", work)
        for number in range(1, rounds + 1):

            def figure(name, value, unit):
                print(json.dumps({"bench": "score", "round": number, "figure": name, "value": value, "unit": unit}), flush=True)

            for name in MODELS + ("stack",):
                say(f"bench score: round {number} of {rounds}, {name}, load {os.getloadavg()[0]:.1f}")
                measure(work, python, name, figure)


if __name__ == "__main__":
    sys.exit(main())
