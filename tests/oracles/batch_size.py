"""Lesson 01b once more, in plain loops over single numbers."""


def mini_batch_cost(losses, weights, lambd):
    row = losses[0].tolist()
    total = 0.0
    for loss in row:
        total += loss
    penalty = 0.0
    for W in weights:
        for weights_of_one_unit in W.tolist():
            for weight in weights_of_one_unit:
                penalty += weight * weight
    return (total + lambd * penalty / 2.0) / len(row)


def epoch_cost(costs, sizes):
    """Every example stands for its batch's cost."""
    total = examples = 0.0
    for cost, size in zip(costs, sizes, strict=True):
        for _ in range(size):
            total += cost
            examples += 1.0
    return total / examples
