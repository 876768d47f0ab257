"""Lesson 11 in scalar loops, to disagree with the references where those are wrong."""

import math

import numpy as np


def curriculum_order(difficulty, share=1.0):
    # Everybody waits until all who are easier, or equally hard and earlier, have been called.
    people = range(len(difficulty))
    order = [0] * len(difficulty)
    for i in people:
        ahead = 0
        for j in people:
            if difficulty[j] < difficulty[i] or (difficulty[j] == difficulty[i] and j < i):
                ahead += 1
        order[ahead] = i
    chosen = []
    while len(chosen) < len(order) and len(chosen) < share * len(order):
        chosen.append(order[len(chosen)])
    return chosen


def batch_norm_forward(Z, gamma, beta, running, training, momentum=0.9, epsilon=1e-5):
    units, examples = Z.shape
    A = [[0.0] * examples for _ in range(units)]
    means, variances = [], []
    for i in range(units):
        mean, variance = float(running["mean"][i, 0]), float(running["variance"][i, 0])
        kept = (mean, variance)
        if training:
            mean = math.fsum(float(z) for z in Z[i]) / examples
            variance = math.fsum((float(z) - mean) ** 2 for z in Z[i]) / examples
            kept = tuple(
                old + (1 - momentum) * (new - old)
                for old, new in zip(kept, (mean, variance), strict=True)
            )
        means.append([kept[0]])
        variances.append([kept[1]])
        for j in range(examples):
            z_hat = (float(Z[i, j]) - mean) / math.sqrt(variance + epsilon)
            A[i][j] = float(gamma[i, 0]) * z_hat + float(beta[i, 0])
    return A, {"mean": np.array(means), "variance": np.array(variances)}


def early_stopping(validation_costs, params_by_epoch, patience):
    # Replay the whole past after every epoch.
    for epochs_run in range(1, len(validation_costs) + 1):
        past = [float(cost) for cost in validation_costs[:epochs_run]]
        best = past.index(min(past))
        if epochs_run - 1 - best >= patience:
            break
    return params_by_epoch[best], epochs_run


def tune_learning_rate(rates, costs):
    candidates = []
    for position, runs in enumerate(costs):
        if all(math.isfinite(cost) for cost in runs):
            candidates.append((math.fsum(runs) / len(runs), position))
    _, position = min(candidates)
    return rates[position], position == 0 or position + 1 == len(rates)
