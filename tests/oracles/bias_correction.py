"""Lesson 03 once more, in plain loops over single numbers."""


def _missing(beta, t):
    share = 1.0
    for _ in range(t):
        share *= beta
    return share


def bias_correct(v, beta, t):
    if hasattr(v, "tolist"):
        v = v.tolist()
    if isinstance(v, list):
        return [bias_correct(item, beta, t) for item in v]
    return v / (1.0 - _missing(beta, t))


def ewa_corrected(theta, beta):
    """The weighted mean of the days so far: weighted sum over sum of weights."""
    averages = []
    for t in range(len(theta)):
        above = below = 0.0
        for day in range(t + 1):
            weight = _missing(beta, t - day)
            above += weight * float(theta[day])
            below += weight
        averages.append(above / below)
    return averages


def steps_until_unbiased(beta, tolerance):
    steps, share = 1, beta
    while share > tolerance:
        steps, share = steps + 1, share * beta
    return steps
