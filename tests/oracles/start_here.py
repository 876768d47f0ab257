"""Lesson 00 once more, in plain loops over single numbers."""

from itertools import product


def step(w, gradient, learning_rate):
    if hasattr(w, "__len__"):
        return [step(one, slope, learning_rate) for one, slope in zip(w, gradient, strict=True)]
    return float(w) - learning_rate * float(gradient)


def try_rates(w, gradient, learning_rates):
    table = []
    for place, slope in zip(w.tolist(), gradient.tolist(), strict=True):
        table.append([place - rate * slope for rate in learning_rates.tolist()])
    return table


def centered(X):
    rows = []
    for row in X.tolist():
        total = 0.0
        for value in row:
            total += value
        rows.append([value - total / len(row) for value in row])
    return rows


def mean_grads(first, second):
    def mean(a, b):
        if hasattr(a, "__len__"):
            return [mean(one, other) for one, other in zip(a, b, strict=True)]
        return 0.5 * float(a) + 0.5 * float(b)

    return {key: mean(first[key], second[key]) for key in first}


def nudged(params, key, place, h):
    def moved(value, rest):
        if not hasattr(value, "__len__"):
            return float(value) + h
        return [
            moved(item, rest[1:]) if i == rest[0] else plain(item) for i, item in enumerate(value)
        ]

    return {name: moved(value, place) if name == key else value for name, value in params.items()}


def plain(value):
    return [plain(item) for item in value] if hasattr(value, "__len__") else float(value)


def line_grads(params, X, Y):
    """The sums of the rule for one example."""
    W1, b1 = params["W1"].tolist()[0], float(params["b1"][0, 0])
    n_x, m = X.shape
    dW1, db1 = [0.0] * n_x, 0.0
    for i in range(m):
        error = b1 - float(Y[0, i])
        for j in range(n_x):
            error += W1[j] * float(X[j, i])
        for j in range(n_x):
            dW1[j] += error * float(X[j, i]) / m
        db1 += error / m
    return {"W1": [dW1], "b1": [[db1]]}


def numerical_grads(cost, params, h=1e-5):
    numerical = {}
    for key, value in params.items():
        slopes = value.astype(float) * 0.0
        for place in product(*map(range, value.shape)):
            sides = []
            for way in (h, -h):
                array = value.astype(float)
                array[place] = array[place] + way
                sides.append(cost({**params, key: array}))
            slopes[place] = sides[0] / (2.0 * h) - sides[1] / (2.0 * h)
        numerical[key] = slopes
    return numerical


def relative_errors(grads, numerical):
    def length(values):
        total = 0.0
        for value in values:
            total += value * value
        return total**0.5

    errors = {}
    for key in grads:
        a, n = grads[key].ravel().tolist(), numerical[key].ravel().tolist()
        below = length(a) + length(n)
        apart = length([one - other for one, other in zip(a, n, strict=True)])
        errors[key] = apart / below if below else 0.0
    return errors
