"""Our grid search beside scikit-learn's, same table and folds: one JSON object a line for each family and for all together.

    search.py BENCH_BINARY GRID TABLE REFERENCE_PYTHON

BENCH_BINARY is build/release/bin/ebb-search-bench, TABLE a file as search_bench.cc describes, REFERENCE_PYTHON an interpreter that has
scikit-learn (a virtual environment). The objects have bench, figure, value, unit, against, against_value, ratio, min, max; bars are the
caller's. `auc_difference` is the greatest difference in a setting's mean ROC-AUC. Trees do not depend on the scaling here, so each stands
against all three of scikit-learn's.
"""

import json
import pathlib
import subprocess
import sys


def lines(command):
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def figure(name, value, unit, against_value, ratio):
    print(json.dumps({"bench": "search", "figure": name, "value": value, "unit": unit, "against": "scikit-learn",
                      "against_value": against_value, "ratio": ratio, "min": ratio, "max": ratio}))


def main():
    binary, grid, table, python = sys.argv[1:5]
    here = pathlib.Path(__file__).parent
    ours = lines([binary, table, grid, "2"])
    theirs = lines([python, str(here / "search_reference.py"), table])
    our_seconds = {r["family"]: r for r in ours if "seconds" in r}
    our_auc = {(r["family"], r["setting"], r["scaling"]): r["auc"] for r in ours if "setting" in r}
    total = 0.0
    for family in (r for r in theirs if "seconds" in r):
        name, mine = family["family"], our_seconds[family["family"]]
        total += family["seconds"]
        figure(f"{name}_seconds", mine["seconds"], "s", family["seconds"], family["seconds"] / mine["seconds"])
        figure(f"{name}_best_auc", mine["auc"], "roc_auc", family["auc"], mine["auc"] / family["auc"])
        worst = max(abs(r["auc"] - our_auc[(name, r["setting"], "none" if name == "decision_tree" else r["scaling"])])
                    for r in theirs if "setting" in r and r["family"] == name)
        figure(f"{name}_auc_difference", worst, "roc_auc", 0.0, worst)
    figure("all_seconds", our_seconds["all"]["seconds"], "s", total, total / our_seconds["all"]["seconds"])


if __name__ == "__main__":
    main()
