"""The other side of train.py: one fit of scikit-learn or XGBoost to the table that `ebb-bench-train make` wrote.

    train_reference.py FOLDER COLUMNS FAMILY THREADS

Prints one JSON object as `ebb-bench-train fit` does.
"""

import json
import resource
import sys
import time
import warnings

import numpy
from sklearn.metrics import roc_auc_score


def estimator(family, threads):
    if family == "logistic_regression":
        from sklearn.linear_model import LogisticRegression
        return LogisticRegression(C=1, tol=1e-6, max_iter=1000)
    if family == "decision_tree":
        from sklearn.tree import DecisionTreeClassifier
        return DecisionTreeClassifier(max_depth=12, random_state=0)
    if family == "random_forest":
        from sklearn.ensemble import RandomForestClassifier
        return RandomForestClassifier(100, max_depth=12, n_jobs=threads, random_state=0)
    if family == "gradient_boosting":
        from xgboost import XGBClassifier
        return XGBClassifier(n_estimators=200, learning_rate=0.1, max_depth=6, tree_method="hist", n_jobs=threads)
    raise SystemExit(f"no family {family}")


def read(path, columns):
    return numpy.fromfile(f"{path}.rows").reshape(-1, columns), numpy.fromfile(f"{path}.labels", dtype=numpy.uint8)


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    warnings.simplefilter("ignore")
    folder, columns, family, threads = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    fitted = estimator(family, threads)
    rows, labels = read(f"{folder}/training", columns)
    before, start = peak_mib(), time.perf_counter()
    fitted.fit(rows, labels)
    seconds, peak = time.perf_counter() - start, peak_mib()
    fresh, fresh_labels = read(f"{folder}/fresh", columns)
    print(json.dumps({"seconds": seconds, "before_mib": before, "peak_mib": peak,
                      "roc_auc": float(roc_auc_score(fresh_labels, fitted.predict_proba(fresh)[:, 1]))}))


if __name__ == "__main__":
    main()
