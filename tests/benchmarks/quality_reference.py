"""scikit-learn's side of quality.py, on the table that ebb-bench-quality reads.

    quality_reference.py folds TABLE SEED REPEAT   prints the fold of each row, one a line: that repeat, counted from 1, of
                                                   RepeatedStratifiedKFold(n_splits=4, random_state=SEED)
    quality_reference.py parts TABLE               prints, of each fold, {"row", "peer", "score", "probability"} for its rows and every
                                                   peer, then {"part", "seconds", "picked"}; a score alone where there is no probability

Peers: each family at the setting with the best mean ROC-AUC of an inner StratifiedKFold(5) over the fold's other rows, fitted anew to all of
these; `picked`, the family whose inner figure is the best; `stack`, logistic regression with weights that cannot be negative over the
families' inner out-of-fold scores; `calibrated`, extra trees in CalibratedClassifierCV(method="isotonic", cv=5). What decides between
settings, the stack's weights and the calibration never see the fold's rows.
"""

import csv
import itertools
import json
import sys
import time

import joblib
import numpy as np
from scipy.optimize import minimize
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import ParameterGrid, RepeatedStratifiedKFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC

SPLITS = 4
FAMILIES = {
    "extra_trees": [ExtraTreesClassifier(300, min_samples_leaf=leaf, random_state=0) for leaf in (1, 2, 3)],
    "random_forest": [RandomForestClassifier(300, min_samples_leaf=leaf, random_state=0) for leaf in (1, 3, 5)],
    "support_vector": [SVC(**grid) for grid in ParameterGrid({"C": [0.3, 1, 3, 10], "gamma": [0.01, 0.03, 0.1, "scale"]})],
    "k_nearest_neighbours": [KNeighborsClassifier(**grid) for grid in ParameterGrid(
        {"n_neighbors": [15, 25, 41, 71], "weights": ["uniform", "distance"], "p": [1, 2]})],
    "logistic_regression": [LogisticRegression(C=c, max_iter=1000) for c in (0.03, 0.1, 0.3, 1, 3)],
    "hist_gradient_boosting": [HistGradientBoostingClassifier(max_iter=150, random_state=0, **grid) for grid in ParameterGrid(
        {"learning_rate": [0.03, 0.1], "max_leaf_nodes": [7, 15]})],
}
SCALERS = {"support_vector": [StandardScaler(), MinMaxScaler()], "k_nearest_neighbours": [StandardScaler(), MinMaxScaler()],
           "logistic_regression": [StandardScaler()]}


def read(path):
    """(fold of each row, features, labels, indices of the numbers, indices of the categories)."""
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    header = header[2:]
    categories = [i for i, name in enumerate(header) if name.startswith("category:")]
    numbers = [i for i in range(len(header)) if i not in categories]
    features = np.array([[v if i in categories else float(v) for i, v in enumerate(row[2:])] for row in rows], dtype=object)
    return np.array([int(row[0]) for row in rows]), features, np.array([int(row[1]) for row in rows]), numbers, categories


def settings(family, numbers, categories):
    for scaler, model in itertools.product(SCALERS.get(family, ["passthrough"]), FAMILIES[family]):
        columns = ColumnTransformer([("numbers", scaler, numbers), ("categories", OneHotEncoder(handle_unknown="ignore"), categories)],
                                    sparse_threshold=0)
        yield Pipeline([("columns", columns), ("model", model)])


def scores_of(model, features):
    if hasattr(model, "predict_proba"):
        return model.predict_proba(features)[:, 1]
    return model.decision_function(features)


def fit_and_score(model, features, labels, train, test):
    return scores_of(clone(model).fit(features[train], labels[train]), features[test])


class Stack:
    """Logistic regression over standardised scores, with a weak L2 penalty and weights that are not negative."""

    def __init__(self, scores, labels):
        self.mean, self.deviation = scores.mean(axis=0), scores.std(axis=0)
        rows, signs = self.standardised(scores), 2 * labels - 1

        def objective(point):
            margins = signs * (rows @ point[:-1] + point[-1])
            slopes = -signs / (1 + np.exp(margins))
            return (np.logaddexp(0, -margins).sum() + point[:-1] @ point[:-1] / 2, np.append(rows.T @ slopes + point[:-1], slopes.sum()))

        bounds = [(0, None)] * rows.shape[1] + [(None, None)]
        self.point = minimize(objective, np.zeros(rows.shape[1] + 1), jac=True, bounds=bounds, method="L-BFGS-B").x

    def standardised(self, scores):
        return (scores - self.mean) / self.deviation

    def score(self, scores):
        return self.standardised(scores) @ self.point[:-1] + self.point[-1]


def part(workers, features, labels, columns, train, test):
    """(peer -> scores of the test rows, their calibrated probabilities, the family picked)."""
    inner = [(train[a], train[b]) for a, b in StratifiedKFold(5, shuffle=True, random_state=0).split(train, labels[train])]
    candidates = [(family, model) for family in FAMILIES for model in settings(family, *columns)]
    tasks = [(model, *split) for _, model in candidates for split in inner]
    inner_scores = workers(joblib.delayed(fit_and_score)(model, features, labels, *split) for model, *split in tasks)
    best = {}  # family -> (inner ROC-AUC, model, out-of-fold scores)
    for number, (family, model) in enumerate(candidates):
        of_folds = inner_scores[number * len(inner):(number + 1) * len(inner)]
        auc = np.mean([roc_auc_score(labels[rows], scores) for (_, rows), scores in zip(inner, of_folds)])
        if family not in best or auc > best[family][0]:
            out_of_fold = np.zeros(len(labels))
            for (_, rows), scores in zip(inner, of_folds):
                out_of_fold[rows] = scores
            best[family] = (auc, model, out_of_fold[train])
    calibrated = CalibratedClassifierCV(best["extra_trees"][1], method="isotonic", cv=5)
    *of_families, probabilities = workers(joblib.delayed(fit_and_score)(model, features, labels, train, test)
                                          for model in [*(model for _, model, _ in best.values()), calibrated])
    peers = dict(zip(best, of_families))
    picked = max(best, key=lambda family: best[family][0])
    stack = Stack(np.column_stack([out_of_fold for _, _, out_of_fold in best.values()]), labels[train])
    peers.update(picked=peers[picked], stack=stack.score(np.column_stack(of_families)))
    return peers, probabilities, picked


def parts(path):
    fold, features, labels, *columns = read(path)
    with joblib.Parallel(n_jobs=2) as workers:
        for number in range(SPLITS):
            start = time.perf_counter()
            test = np.flatnonzero(fold == number)
            peers, probabilities, picked = part(workers, features, labels, columns, np.flatnonzero(fold != number), test)
            for peer, scores in peers.items():
                for row, score in zip(test, scores):
                    print(json.dumps({"row": int(row), "peer": peer, "score": float(score)}))
            for row, probability in zip(test, probabilities):
                print(json.dumps({"row": int(row), "peer": "calibrated", "score": float(probability), "probability": float(probability)}))
            print(json.dumps({"part": number, "seconds": time.perf_counter() - start, "picked": picked}), flush=True)


def folds(path, seed, repeat):
    _, features, labels, *_ = read(path)
    splits = RepeatedStratifiedKFold(n_splits=SPLITS, n_repeats=int(repeat), random_state=int(seed)).split(features, labels)
    fold = np.zeros(len(labels), dtype=int)
    for number, (_, test) in enumerate(list(splits)[-SPLITS:]):
        fold[test] = number
    print("\n".join(map(str, fold)))


if __name__ == "__main__":
    {"folds": folds, "parts": parts}[sys.argv[1]](*sys.argv[2:])
