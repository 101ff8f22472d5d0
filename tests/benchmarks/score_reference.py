"""The models that ebb-bench-score scores by, and what Python's libraries need for the same.

    score_reference.py fit FOLDER              fits the models and writes each as FOLDER/NAME.json, which ebb-bench-score reads, FOLDER/NAME.pickle
                                               and FOLDER/NAME.onnx; and FOLDER/stack.json, of all of them and neighbours.
                                               Logistic regression also gets a forecast of revenue of the size that the trainer serves
    score_reference.py score FOLDER PEER NAME  prints {"rows_singles", "rows", "probabilities"} of one model by one peer: rows a second one by one
                                               in two processes of one thread each, and 10,000 at once with two threads

Peers: scikit_learn (of boosting XGBoost itself), intelex (scikit-learn-intelex, of boosting daal4py's conversion) and onnxruntime. The data is
made up, of the shop's size: 1,296 rows of 16 features, rounded to single precision, because most of them round to it. LIBSVM makes its two
probabilities add up by an iteration that ends within 0.0025, so those of the RBF kernel differ by about that.
"""

import json
import multiprocessing
import os
import pathlib
import pickle
import sys
import time
import warnings

import numpy as np

import tree_tables

warnings.simplefilter("ignore")  # of what a later scikit-learn will have no more
ROWS, FEATURES, SCORED = 1296, 16, 10_000
SECONDS = 1
THREADS = 2


def table(seed, count):
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, FEATURES)).astype(np.float32).astype(np.float64)
    score = rows[:, 0] + rows[:, 1] * rows[:, 2] - np.abs(rows[:, 3]) + 0.5 * rows[:, 4] + random.normal(size=count)
    return rows, (score > np.median(score)).astype(int)


def scaled(model):
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), model)


def standard(pipeline):
    return {"means": pipeline[0].mean_.tolist(), "scales": pipeline[0].scale_.tolist()}


def logistic(rows, labels):
    from sklearn.linear_model import LogisticRegression

    model = scaled(LogisticRegression(C=1)).fit(rows, labels)
    written = {"weights": model[1].coef_[0].tolist(), "intercept": float(model[1].intercept_[0])}
    return model, {"members": [{"standard": standard(model), "logistic": written}], "sigmoid": {"slope": 1, "intercept": 0}}


def rbf(rows, labels):
    from sklearn.svm import SVC

    model = scaled(SVC(kernel="rbf", C=1, gamma=0.05, probability=True, random_state=0)).fit(rows, labels)
    svc = model[1]
    written = {"gamma": 0.05, "rho": float(-svc.intercept_[0]), "vectors": svc.support_vectors_.tolist(), "coefficients": svc.dual_coef_[0].tolist()}
    # LIBSVM's sigmoid is of its own decision value, whose first class is the first label: scikit-learn's is the other way round.
    sigmoid = {"slope": float(-svc.probA_[0]), "intercept": float(svc.probB_[0])}
    return model, {"members": [{"standard": standard(model), "rbf": written}], "sigmoid": sigmoid}


def forest(rows, labels):
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(n_estimators=500, n_jobs=THREADS, random_state=0).fit(rows, labels)
    roots, nodes = tree_tables.of_forest(model)
    return model, {"members": [{"forest": {"roots": roots, "nodes": nodes}}]}


def boosting(rows, labels):
    import xgboost

    model = xgboost.XGBClassifier(n_estimators=200, max_depth=6, learning_rate=0.1, n_jobs=THREADS, random_state=0, base_score=0.5).fit(rows, labels)
    roots, nodes = tree_tables.of_boosting(model)
    written = {"roots": roots, "nodes": nodes, "base": 0.0}  # log-odds of 0.5
    return model, {"members": [{"boosting": written}], "sigmoid": {"slope": 1, "intercept": 0}}


def neighbours(rows, labels):
    means, scales = rows.mean(axis=0), rows.std(axis=0)
    return {"standard": {"means": means.tolist(), "scales": scales.tolist()},
            "neighbours": {"k": 25, "rows": ((rows - means) / scales).tolist(), "labels": labels.tolist()}}


def revenue(rows):
    """Boosted trees and extra trees at the settings of the trainer's served forecast, of a logarithm."""
    import xgboost
    from sklearn.ensemble import ExtraTreesRegressor

    random = np.random.default_rng(2)
    told = 6 + 0.3 * rows[:, 0] + 0.2 * rows[:, 1] * rows[:, 2] + 0.2 * random.normal(size=len(rows))
    boosted = xgboost.XGBRegressor(n_estimators=200, max_depth=4, learning_rate=0.1, n_jobs=THREADS, random_state=0, base_score=6.0).fit(rows, told)
    extra = ExtraTreesRegressor(n_estimators=100, min_samples_leaf=5, n_jobs=THREADS, random_state=0).fit(rows, told)
    regressors = []
    for base, averages, (roots, nodes) in ((6.0, False, tree_tables.of_boosting(boosted)), (0.0, True, tree_tables.of_forest(extra))):
        regressors.append({"base": base, "averages": averages, "roots": roots, "nodes": nodes})
    return regressors


MODELS = (logistic, rbf, forest, boosting)


def boosting_as_onnx(trees):
    """XGBoost's trees as an operator of onnxruntime, which scikit-learn's converter does not know."""
    from onnx import TensorProto, helper

    nodes, roots = trees["nodes"], trees["roots"]
    tree_of, at = [], []
    for tree, root in enumerate(roots):
        end = roots[tree + 1] if tree + 1 < len(roots) else len(nodes)
        tree_of += [tree] * (end - root)
        at += range(end - root)
    leaves = [i for i, node in enumerate(nodes) if node[0] < 0]
    operator = helper.make_node(
        "TreeEnsembleRegressor", ["rows"], ["scores"], domain="ai.onnx.ml", n_targets=1, aggregate_function="SUM",
        nodes_treeids=tree_of, nodes_nodeids=at, nodes_featureids=[node[2] for node in nodes], nodes_values=[node[3] for node in nodes],
        nodes_modes=["LEAF" if node[0] < 0 else "BRANCH_LEQ" for node in nodes],
        nodes_truenodeids=[0 if node[0] < 0 else node[0] - roots[tree_of[i]] for i, node in enumerate(nodes)],
        nodes_falsenodeids=[0 if node[0] < 0 else node[1] - roots[tree_of[i]] for i, node in enumerate(nodes)],
        nodes_hitrates=[1.0] * len(nodes), nodes_missing_value_tracks_true=[0] * len(nodes),
        target_treeids=[tree_of[i] for i in leaves], target_nodeids=[at[i] for i in leaves], target_ids=[0] * len(leaves),
        target_weights=[nodes[i][4] for i in leaves])
    graph = helper.make_graph([operator, helper.make_node("Sigmoid", ["scores"], ["probabilities"])], "boosting", [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, FEATURES])],
                              [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 1])])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("", 17)], ir_version=9)


def as_onnx(name, model, written):
    if name == "boosting":
        return boosting_as_onnx(written["members"][0]["boosting"])
    from skl2onnx import to_onnx

    return to_onnx(model, np.zeros((1, FEATURES), dtype=np.float32), options={"zipmap": False})


def fit(folder):
    rows, labels = table(0, ROWS)
    scored = {"rows": table(1, SCORED)[0].tolist()}
    members = []
    for make in MODELS:
        name = make.__name__
        model, written = make(rows, labels)
        if make == logistic:  # the cheapest: nearly all of the time is then the forecast's
            written["revenue"] = revenue(rows)
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(model))
        (folder / f"{name}.json").write_text(json.dumps(scored | written), encoding="utf-8")
        (folder / f"{name}.onnx").write_bytes(as_onnx(name, model, written).SerializeToString())
        members += written["members"]
    stack = {"members": members + [neighbours(rows, labels)], "sigmoid": {"slope": 1, "intercept": 0}}
    (folder / "stack.json").write_text(json.dumps(scored | stack), encoding="utf-8")


def predictor(folder, peer, name, threads):
    """rows -> probabilities of the second class, with so many threads."""
    if peer == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
        into, out = session.get_inputs()[0].name, session.get_outputs()[-1].name
        return lambda rows: session.run([out], {into: rows})[0][:, -1]
    if peer == "intelex" and name != "boosting":
        from sklearnex import patch_sklearn

        patch_sklearn(verbose=False)
        make = next(make for make in MODELS if make.__name__ == name)
        model, _ = make(*table(0, ROWS))  # its own estimator, fitted by it
    else:
        model = pickle.loads((folder / f"{name}.pickle").read_bytes())
    if peer == "intelex" and name == "boosting":
        import daal4py

        model = daal4py.mb.convert_model(model.get_booster())
    if hasattr(model, "n_jobs"):
        model.n_jobs = threads
    return lambda rows: model.predict_proba(rows)[:, 1]


def rows_a_second(predict, batches):
    done, begin = 0, time.perf_counter()
    while (spent := time.perf_counter() - begin) < SECONDS or done == 0:
        rows = batches[done % len(batches)]
        predict(rows)
        done += 1
    return done * len(batches[0]) / spent


def limit_threads(count):
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(count)
    try:
        import daal4py

        daal4py.daalinit(count)
    except ImportError:
        pass


def singles(folder, peer, name, number, ready, rates):
    limit_threads(1)
    predict = predictor(folder, peer, name, 1)
    rows = rows_for(peer, number)
    batches = [rows[i:i + 1] for i in range(len(rows))]
    predict(batches[0])
    ready.wait()
    rates.put(rows_a_second(predict, batches))


def rows_for(peer, number=0):
    rows = table(1 + number, SCORED)[0]
    return rows.astype(np.float32) if peer == "onnxruntime" else rows


def score(folder, peer, name):
    context = multiprocessing.get_context("spawn")
    ready, rates = context.Barrier(THREADS), context.Queue()
    workers = [context.Process(target=singles, args=(folder, peer, name, number, ready, rates)) for number in range(THREADS)]
    for worker in workers:
        worker.start()
    rate = sum(rates.get(timeout=300) for _ in workers)
    for worker in workers:
        worker.join()
    limit_threads(THREADS)
    predict = predictor(folder, peer, name, THREADS)
    rows = rows_for(peer)
    probabilities = predict(rows)
    print(json.dumps({"rows_singles": rate, "rows": rows_a_second(predict, [rows]), "probabilities": np.asarray(probabilities).astype(float).tolist()}))


if __name__ == "__main__":
    {"fit": fit, "score": score}[sys.argv[1]](pathlib.Path(sys.argv[2]), *sys.argv[3:])
