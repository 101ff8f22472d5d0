"""Trees of Python's libraries as our benchmark programs read them.

A table is the roots' places and the nodes of all trees: [left, right, feature, threshold, value], places in the same list, a row whose feature is at
most the threshold goes left; of a leaf left and right are -1.
"""

import json

import numpy as np


def of_forest(model):
    """A fitted scikit-learn forest; values are shares of the second class, or the numbers that it tells."""
    nodes, roots = [], []
    for estimator in model.estimators_:
        tree = estimator.tree_
        roots.append(len(nodes))
        classes = tree.value[:, 0]
        values = classes[:, 1] / classes.sum(axis=1) if classes.shape[1] == 2 else classes[:, 0]
        for i in range(tree.node_count):
            if tree.children_left[i] < 0:
                nodes.append([-1, -1, 0, 0.0, float(values[i])])
            else:
                nodes.append([roots[-1] + int(tree.children_left[i]), roots[-1] + int(tree.children_right[i]), int(tree.feature[i]),
                              float(tree.threshold[i]), 0.0])
    return roots, nodes


def of_boosting(model):
    """A fitted model of XGBoost; values are log-odds, or parts of a number, to be added up."""
    nodes, roots = [], []
    for tree in json.loads(model.get_booster().save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]:
        roots.append(len(nodes))
        for left, right, column, condition in zip(tree["left_children"], tree["right_children"], tree["split_indices"], tree["split_conditions"]):
            if left < 0:
                nodes.append([-1, -1, 0, 0.0, condition])
            else:  # below the threshold goes left, in single precision
                below = float(np.nextafter(np.float32(condition), np.float32(-np.inf)))
                nodes.append([roots[-1] + left, roots[-1] + right, column, below, 0.0])
    return roots, nodes
