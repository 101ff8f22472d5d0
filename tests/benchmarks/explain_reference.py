"""The models that ebb-bench-explain explains, and shap's values of them.

    explain_reference.py fit FOLDER      fits the models and writes each as FOLDER/NAME.json, which ebb-bench-explain reads, and FOLDER/NAME.pickle
    explain_reference.py explain FOLDER  prints {"model", "ms_a_row", "contributions"} for each: shap's TreeExplainer over the same background,
                                         and for the RBF kernel, which shap has no exact explainer for, the integral by numpy with twice the nodes

The data is made up, of the shop's size: 1,296 rows of 16 features, rounded to single precision, because scikit-learn and XGBoost round them so.
"""

import json
import pathlib
import pickle
import sys
import time

import numpy as np
import shap
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

import tree_tables

ROWS, FEATURES, BACKGROUND, EXPLAINED = 1296, 16, 100, 20


def table():
    random = np.random.default_rng(0)
    rows = random.normal(size=(ROWS, FEATURES)).astype(np.float32).astype(np.float64)
    score = rows[:, 0] + rows[:, 1] * rows[:, 2] - np.abs(rows[:, 3]) + 0.5 * rows[:, 4] + random.normal(size=ROWS)
    return rows, (score > np.median(score)).astype(int)


def boosting(rows, labels):
    model = xgboost.XGBClassifier(n_estimators=200, max_depth=6, learning_rate=0.1, n_jobs=1, random_state=0).fit(rows, labels)
    roots, nodes = tree_tables.of_boosting(model)
    return model, {"trees": {"scale": 1.0, "roots": roots, "nodes": nodes}}


def forest(rows, labels):
    model = RandomForestClassifier(n_estimators=500, n_jobs=1, random_state=0).fit(rows, labels)
    roots, nodes = tree_tables.of_forest(model)
    return model, {"trees": {"scale": 1 / len(roots), "roots": roots, "nodes": nodes}}


def rbf(rows, labels):
    model = SVC(kernel="rbf", C=1, gamma=0.02).fit(rows, labels)
    return model, {"rbf": {"gamma": 0.02, "rho": float(-model.intercept_[0]), "vectors": model.support_vectors_.tolist(),
                           "coefficients": model.dual_coef_[0].tolist()}}


def fit(folder):
    rows, labels = table()
    shared = {"background": rows[:BACKGROUND].tolist(), "rows": rows[-EXPLAINED:].tolist()}
    for make in (boosting, forest, rbf):
        model, written = make(rows, labels)
        (folder / f"{make.__name__}.pickle").write_bytes(pickle.dumps(model))
        (folder / f"{make.__name__}.json").write_text(json.dumps(shared | written), encoding="utf-8")


def by_quadrature(model, row, background):
    """The Shapley values of a product game, as the integral over t, for one row."""
    t, weights = np.polynomial.legendre.leggauss(FEATURES)
    t, weights = (t + 1) / 2, weights / 2
    mine = np.exp(-model.gamma * (row - model.support_vectors_) ** 2)
    result = np.zeros(FEATURES)
    for other in background:
        theirs = np.exp(-model.gamma * (other - model.support_vectors_) ** 2)
        mixed = theirs[..., None] + (mine - theirs)[..., None] * t
        for f in range(FEATURES):
            others = np.prod(np.delete(mixed, f, axis=1), axis=1) @ weights
            result[f] += model.dual_coef_[0] @ ((mine - theirs)[:, f] * others)
    return result / len(background)


def explain(folder):
    rows, _ = table()
    background, explained = rows[:BACKGROUND], rows[-EXPLAINED:]
    for name in ("boosting", "forest"):
        model = pickle.loads((folder / f"{name}.pickle").read_bytes())
        explainer = shap.TreeExplainer(model, background, feature_perturbation="interventional", model_output="raw")
        start = time.perf_counter()
        values = explainer.shap_values(explained, check_additivity=False)
        milliseconds = (time.perf_counter() - start) * 1000 / EXPLAINED
        values = np.asarray(values)
        print(json.dumps({"model": name, "ms_a_row": milliseconds, "contributions": (values[..., 1] if values.ndim == 3 else values).tolist()}))
    model = pickle.loads((folder / "rbf.pickle").read_bytes())
    print(json.dumps({"model": "rbf", "contributions": [by_quadrature(model, explained[0], background).tolist()]}))


if __name__ == "__main__":
    {"fit": fit, "explain": explain}[sys.argv[1]](pathlib.Path(sys.argv[2]))
