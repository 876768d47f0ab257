"""Lesson 01 once more, in plain loops over single numbers."""


def num_mini_batches(m, mini_batch_size):
    batches = seen = 0
    while seen < m:
        seen += mini_batch_size
        batches += 1
    return batches


def sgd_update(params, grads, learning_rate):
    def moved(p, g):
        if hasattr(g, "__len__"):
            return [moved(one, slope) for one, slope in zip(p, g, strict=True)]
        return float(p) - learning_rate * float(g)

    return {key: moved(params[key], grads[key]) for key in params}
