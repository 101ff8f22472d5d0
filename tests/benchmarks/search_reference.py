"""The reference grid by scikit-learn's GridSearchCV(n_jobs=2), on the table that search_bench reads.

Prints one JSON object a line: {"family", "seconds", "auc"} for each family and {"setting", "scaling", "family", "auc"} for each setting.
Logistic regression takes the solver that is quickest for its penalty: lbfgs for L2 (free intercept, as ours), liblinear for L1 (which
penalises the intercept; ours does not, and the ROC-AUC hardly knows the difference). Random states are fixed.
"""

import csv
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

SCALERS = {"standard": StandardScaler(), "minmax": MinMaxScaler(), "robust": RobustScaler()}
L1_BY_RATIO = tuple(int(part) for part in sklearn.__version__.split(".")[:2]) >= (1, 8)


def logistic(penalty):
    kind = {"l1_ratio": 1.0 if penalty == "l1" else 0.0} if L1_BY_RATIO else {"penalty": penalty}
    if penalty == "l1":
        return LogisticRegression(solver="liblinear", random_state=0, **kind)
    return LogisticRegression(solver="lbfgs", max_iter=1000, **kind)


def families():
    c_path = [0.01, 0.03, 0.1, 0.3, 1, 3, 10]
    yield "logistic_regression", [{"model": [logistic(p)], "model__C": c_path} for p in ("l1", "l2")]
    yield "k_nearest_neighbours", [{
        "model": [KNeighborsClassifier()],
        "model__n_neighbors": [3, 5, 7, 9, 11, 15, 19, 25, 31, 41, 51, 71],
        "model__weights": ["uniform", "distance"]}]
    yield "decision_tree", [{
        "model": [DecisionTreeClassifier(random_state=0)],
        "model__max_depth": [2, 3, 4, 5, 6, 8, 10, 15],
        "model__min_samples_leaf": [1, 5, 15, 30]}]
    yield "support_vector", [
        {"model": [SVC(kernel="rbf")], "model__C": [0.1, 0.3, 1, 3, 10], "model__gamma": [0.01, 0.03, 0.1, 0.3, 1]},
        {"model": [SVC(kernel="poly")], "model__C": [0.1, 1, 10], "model__degree": [2, 3]},
        {"model": [SVC(kernel="linear")], "model__C": [0.01, 0.1, 1, 10]}]


def our_name(params):
    """The setting as search_bench prints it."""
    model = params["model"]
    if isinstance(model, LogisticRegression):
        return f"penalty={'l1' if model.solver == 'liblinear' else 'l2'} c={params['model__C']:g} class_weight=none"
    if isinstance(model, KNeighborsClassifier):
        return f"k={params['model__n_neighbors']} weighting={params['model__weights']} metric=euclidean"
    if isinstance(model, DecisionTreeClassifier):
        return (f"max_depth={params['model__max_depth']} min_leaf={params['model__min_samples_leaf']}"
                " criterion=gini class_weight=none")
    c = f"c={params['model__C']:g}"
    if model.kernel == "rbf":
        return f"kernel=rbf {c} gamma={params['model__gamma']:g} class_weight=none"
    if model.kernel == "poly":
        return f"kernel=polynomial {c} gamma=scale degree={params['model__degree']} class_weight=none"
    return f"kernel=linear {c} class_weight=none"


def main():
    with open(sys.argv[1], newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    categories = [i for i, name in enumerate(header) if name.startswith("category:")]
    numbers = [i for i in range(2, len(header)) if i not in categories]
    table = np.array([[float(v) if i not in categories else v for i, v in enumerate(row)] for row in rows], dtype=object)
    labels = table[:, 1].astype(int)
    folds = PredefinedSplit(table[:, 0].astype(int))
    pipeline = Pipeline([
        ("columns", ColumnTransformer([("numbers", "passthrough", numbers),
                                       ("categories", OneHotEncoder(handle_unknown="ignore"), categories)],
                                      sparse_threshold=0)),
        ("model", "passthrough")])
    for family, grids in families():
        scaled = [{"columns__numbers": list(SCALERS.values()), **grid} for grid in grids]
        search = GridSearchCV(pipeline, scaled, scoring="roc_auc", cv=folds, n_jobs=2, refit=False)
        start = time.perf_counter()
        search.fit(table, labels)
        seconds = time.perf_counter() - start
        means = search.cv_results_["mean_test_score"]
        print(json.dumps({"family": family, "seconds": seconds, "auc": float(max(means))}))
        for params, mean in zip(search.cv_results_["params"], means):
            scaling = next(n for n, s in SCALERS.items() if isinstance(params["columns__numbers"], type(s)))
            print(json.dumps({"setting": our_name(params), "scaling": scaling, "family": family, "auc": float(mean)}))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
