"""scikit-learn's side of revenue.py, on the table that ebb-bench-revenue reads.

    revenue_reference.py folds TABLE SEED      prints the fold of each row, one a line: StratifiedKFold(5, shuffle=True, random_state=SEED)
    revenue_reference.py measure TABLE TARGET  prints {"family", "smape", "seconds"} of each family: the mean of the folds, as it comes out of
                                               the box, gradient boosting on the absolute error
"""

import csv
import json
import sys
import time

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FAMILIES = {
    "median": DummyRegressor(strategy="median"),
    "gradient_boosting": GradientBoostingRegressor(loss="absolute_error", random_state=0),
    "gradient_boosting_longer": GradientBoostingRegressor(loss="absolute_error", n_estimators=300, max_depth=5, random_state=0),
    "extra_trees": ExtraTreesRegressor(200, random_state=0),
    "ridge": make_pipeline(StandardScaler(), RidgeCV(alphas=[0.1, 1, 10, 100])),
}


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def smape(actual, forecast):
    size = (np.abs(actual) + np.abs(forecast)) / 2
    return 100 * np.mean(np.divide(np.abs(actual - forecast), size, out=np.zeros_like(size), where=size > 0))


def folds(path, seed):
    labels = [int(row["label"]) for row in read(path)]
    fold = np.zeros(len(labels), dtype=int)
    for number, (_, test) in enumerate(StratifiedKFold(5, shuffle=True, random_state=int(seed)).split(labels, labels)):
        fold[test] = number
    print("\n".join(map(str, fold)))


def measure(path, target):
    rows = read(path)
    names = [name for name in rows[0] if name not in ("fold", "label", target)]
    categories = [i for i, name in enumerate(names) if name.startswith("category:")]
    numbers = [i for i in range(len(names)) if i not in categories]
    features = np.array([[row[name] if i in categories else float(row[name]) for i, name in enumerate(names)] for row in rows], dtype=object)
    targets = np.array([float(row[target]) for row in rows])
    fold = np.array([int(row["fold"]) for row in rows])
    for family, model in FAMILIES.items():
        start, errors = time.perf_counter(), []
        for number in range(max(fold) + 1):
            columns = ColumnTransformer([("numbers", "passthrough", numbers),
                                         ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories)])
            fitted = make_pipeline(columns, model).fit(features[fold != number], targets[fold != number])
            errors.append(smape(targets[fold == number], fitted.predict(features[fold == number])))
        print(json.dumps({"family": family, "smape": float(np.mean(errors)), "seconds": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    {"folds": folds, "measure": measure}[sys.argv[1]](*sys.argv[2:])
