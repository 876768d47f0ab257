"""Lesson 02 once more, in plain loops over single numbers."""


def ewa_step(v, theta_t, beta):
    if hasattr(v, "tolist"):
        v = v.tolist()
    if hasattr(theta_t, "tolist"):
        theta_t = theta_t.tolist()
    if isinstance(v, list):
        return [ewa_step(a, b, beta) for a, b in zip(v, theta_t, strict=True)]
    return v - (1.0 - beta) * (v - theta_t)


def ewa(theta, beta):
    averages = []
    for t in range(len(theta)):
        total, weight = 0.0, 1.0 - beta
        for day in range(t, -1, -1):
            total += weight * float(theta[day])
            weight *= beta
        averages.append(total)
    return averages


def ewa_weights(beta, t):
    weights = []
    for day in range(t):
        impulse = [0.0] * t
        impulse[day] = 1.0
        weights.append(ewa(impulse, beta)[-1])
    return weights


def averaging_window(beta):
    """The sum of the geometric series 1 + beta + beta^2 + ..."""
    total, term = 0.0, 1.0
    while term > 1e-18:
        total += term
        term *= beta
    return total


def beta_for_window(days):
    """Bisection on the window."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if (1.0 - middle) * days > 1.0:
            low = middle
        else:
            high = middle
    return low


def moving_average(theta, window):
    averages = []
    for t in range(len(theta)):
        total, days = 0.0, 0
        for day in range(len(theta)):
            if day <= t and day > t - window:
                total += float(theta[day])
                days += 1
        averages.append(total / days)
    return averages
