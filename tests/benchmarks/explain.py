#!/usr/bin/env python3
"""Our exact Shapley values beside shap's TreeExplainer (feature_perturbation="interventional"): same models, rows and background, one thread each.

Prints one JSON object a line and round: boosting_time and forest_time (milliseconds a customer, the table of our side is made before and told
as ..._prepare on standard error) beside shap_..._time; rbf_time; and for each model the greatest difference of a value.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from peers import python_packages
from rounds import ROOT, say

PACKAGES = ("scikit-learn==1.9.1", "shap==0.51.0", "xgboost==3.2.0")
HERE = pathlib.Path(__file__).resolve().parent
ONE_THREAD = os.environ | {"OMP_NUM_THREADS": "1"}


def lines_of(*command):
    ended = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=ONE_THREAD)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def difference(ours, theirs):
    return max(abs(a - b) for mine, other in zip(ours, theirs) for a, b in zip(mine, other))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    python = python_packages.python("explain", *PACKAGES)
    with tempfile.TemporaryDirectory() as work:
        lines_of(python, HERE / "explain_reference.py", "fit", work)
        for number in range(1, rounds + 1):
            say(f"bench explain: round {number} of {rounds}, load {os.getloadavg()[0]:.1f}")

            def figure(name, value, unit):
                print(json.dumps({"bench": "explain", "round": number, "figure": name, "value": value, "unit": unit}), flush=True)

            for theirs in lines_of(python, HERE / "explain_reference.py", "explain", work):
                name = theirs["model"]
                [ours] = lines_of(ROOT / "build/release/bin/ebb-bench-explain", pathlib.Path(work) / f"{name}.json")
                say(f"bench explain: {name}_prepare {ours['prepare_ms']:.0f} ms")
                figure(f"{name}_time", ours["ms_a_row"], "ms")
                if "ms_a_row" in theirs:
                    figure(f"shap_{name}_time", theirs["ms_a_row"], "ms")
                figure(f"{name}_difference", difference(ours["contributions"], theirs["contributions"]), "difference")


if __name__ == "__main__":
    sys.exit(main())
