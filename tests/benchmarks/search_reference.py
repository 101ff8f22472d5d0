"""The reference grid by scikit-learn's GridSearchCV(n_jobs=2), on the table that ebb-bench-search reads.

    search_reference.py folds TABLE    prints the fold of each row, one a line: StratifiedKFold(5, shuffle=True, random_state=0)
    search_reference.py search TABLE   prints {"family", "seconds", "cpu_seconds", "auc"} for each family, then
                                       {"family", "setting", "scaling", "auc"} for each of its settings
    search_reference.py random TABLE TRIALS SEED    prints {"family", "seconds", "cpu_seconds", "auc"} for each family:
                                                    RandomizedSearchCV over the ranges of reference_grid.textproto
    search_reference.py halving TABLE TRIALS SEED   the same by HalvingRandomSearchCV, its first rung of as many rows as ours
    search_reference.py trees TABLE    prints {"setting", "least", "mean", "greatest"}: a tree's mean ROC-AUC over 20 random states

Logistic regression takes the solver that is quickest here for its penalty: lbfgs for L2, liblinear for L1. liblinear penalises the intercept
too; intercept_scaling=100 makes that penalty as good as none, so that both sides have the same objective, and costs no time. Left at 1 it
moves five of the 42 settings by 0.003 to 0.31 (of a table scaled to [0, 1] under a strong penalty). The workers are started and have imported
what they need before the clocks run; cpu_seconds is the processor time of this process and of them.
"""

import csv
import json
import os
import pathlib
import sys
import time

import numpy as np
import sklearn
from scipy.stats import loguniform
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV, PredefinedSplit, RandomizedSearchCV, StratifiedKFold
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
        return LogisticRegression(solver="liblinear", intercept_scaling=100, random_state=0, **kind)
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


class WholeLogUniform:
    """A log-uniform number, rounded."""

    def __init__(self, low, high):
        self.numbers = loguniform(low, high)

    def rvs(self, random_state=None):
        return round(self.numbers.rvs(random_state=random_state))


def distributions():
    """The families with the ranges of reference_grid.textproto in place of their lists."""
    ranges = {"logistic_regression": [{"model__C": loguniform(0.01, 10)}] * 2,
              "k_nearest_neighbours": [{"model__n_neighbors": WholeLogUniform(3, 71)}],
              "decision_tree": [{}],
              "support_vector": [{"model__C": loguniform(0.1, 10), "model__gamma": loguniform(0.01, 1)}, {"model__C": loguniform(0.1, 10)},
                                 {"model__C": loguniform(0.01, 10)}]}
    for family, grids in families():
        yield family, [{**grid, **drawn} for grid, drawn in zip(grids, ranges[family])]


def our_name(params):
    """The setting as ebb-bench-search prints it."""
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


def read(path):
    """(table, labels, pipeline without a model)."""
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    categories = [i for i, name in enumerate(header) if name.startswith("category:")]
    numbers = [i for i in range(2, len(header)) if i not in categories]
    table = np.array([[float(v) if i not in categories else v for i, v in enumerate(row)] for row in rows], dtype=object)
    pipeline = Pipeline([
        ("columns", ColumnTransformer([("numbers", "passthrough", numbers),
                                       ("categories", OneHotEncoder(handle_unknown="ignore"), categories)],
                                      sparse_threshold=0)),
        ("model", "passthrough")])
    return table, table[:, 1].astype(int), pipeline


def cpu_seconds():
    """Processor time of this process and of those that it started, which are alive until it ends."""
    parents, ticks = {}, {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(stat.parent.name)] = int(fields[1])
        ticks[int(stat.parent.name)] = int(fields[11]) + int(fields[12])

    def is_ours(pid):
        return pid == os.getpid() or (pid in parents and is_ours(parents[pid]))

    return sum(ticks[pid] for pid in ticks if is_ours(pid)) / os.sysconf("SC_CLK_TCK")


class Clocks:
    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), cpu_seconds()

    def passed(self):
        return {"seconds": time.perf_counter() - self.wall, "cpu_seconds": cpu_seconds() - self.cpu}


def folds(table, labels, _):
    fold = np.zeros(len(labels), dtype=int)
    for number, (_, test) in enumerate(StratifiedKFold(5, shuffle=True, random_state=0).split(table, labels)):
        fold[test] = number
    print("\n".join(map(str, fold)))


def search(table, labels, pipeline):
    cv = PredefinedSplit(table[:, 0].astype(int))

    def grid_search(grids):
        scaled = [{"columns__numbers": list(SCALERS.values()), **grid} for grid in grids]
        return GridSearchCV(pipeline, scaled, scoring="roc_auc", cv=cv, n_jobs=2, refit=False).fit(table, labels)

    grid_search([{"model": [LogisticRegression(max_iter=1000)]}])  # starts the workers
    for family, grids in families():
        clocks = Clocks()
        results = grid_search(grids).cv_results_
        passed = clocks.passed()
        means = results["mean_test_score"]
        print(json.dumps({"family": family, **passed, "auc": float(max(means))}))
        for params, mean in zip(results["params"], means):
            scaling = next(n for n, s in SCALERS.items() if isinstance(params["columns__numbers"], type(s)))
            print(json.dumps({"family": family, "setting": our_name(params), "scaling": scaling, "auc": float(mean)}))


def first_rung(rows, trials):
    """Rows of our first rung (trainer/search/successive_halving.h): a third each time, while there are 200 and settings for it."""
    parts = 1
    while parts * 3 <= trials and rows // (parts * 3) >= 200:
        parts *= 3
    return rows // parts


def draw(table, labels, pipeline, search_cv, seed, **options):
    cv = PredefinedSplit(table[:, 0].astype(int))
    common = {"scoring": "roc_auc", "cv": cv, "n_jobs": 2, "refit": False}
    GridSearchCV(pipeline, {"model": [LogisticRegression(max_iter=1000)]}, **common).fit(table, labels)  # starts the workers
    for family, grids in distributions():
        scaled = [{"columns__numbers": list(SCALERS.values()), **grid} for grid in grids]
        search = search_cv(pipeline, scaled, random_state=seed, **common, **options)
        clocks = Clocks()
        results = search.fit(table, labels).cv_results_
        passed = clocks.passed()
        means = results["mean_test_score"]
        last = results["iter"] == max(results["iter"]) if "iter" in results else np.ones(len(means), dtype=bool)
        print(json.dumps({"family": family, **passed, "auc": float(max(means[last]))}))


def random(table, labels, pipeline, trials, seed):
    draw(table, labels, pipeline, RandomizedSearchCV, int(seed), n_iter=int(trials))


def halving(table, labels, pipeline, trials, seed):
    sklearn.set_config(skip_parameter_validation=True)  # it samples from several dictionaries, but its check knows one only
    draw(table, labels, pipeline, HalvingRandomSearchCV, int(seed), n_candidates=int(trials), factor=3,
         min_resources=first_rung(len(labels), int(trials)))


def trees(table, labels, pipeline):
    """A tree breaks ties between equally good splits at random; how far that goes is seen over many random states."""
    grid = next(grids for family, grids in families() if family == "decision_tree")[0]
    cv = PredefinedSplit(table[:, 0].astype(int))
    columns = pipeline["columns"].fit_transform(table)  # once: trees need no scaling, and a column of zeros more does not change them
    search = GridSearchCV(Pipeline([("model", "passthrough")]), {**grid, "model": [DecisionTreeClassifier(random_state=s) for s in range(20)]},
                          scoring="roc_auc", cv=cv, refit=False).fit(columns, labels)
    by_setting = {}
    for params, mean in zip(search.cv_results_["params"], search.cv_results_["mean_test_score"]):
        by_setting.setdefault(our_name(params), []).append(float(mean))
    for setting, means in by_setting.items():
        print(json.dumps({"setting": setting, "least": min(means), "mean": sum(means) / len(means), "greatest": max(means)}))


if __name__ == "__main__":
    commands = {"folds": folds, "search": search, "random": random, "halving": halving, "trees": trees}
    commands[sys.argv[1]](*read(sys.argv[2]), *sys.argv[3:])
