"""Lesson 07 in scalar loops, to disagree with the references where those are wrong."""


def inverse_time_decay(learning_rate0, epoch, decay_rate):
    share = 1.0
    for _ in range(int(epoch)):  # 1/rate grows by the same amount at every epoch
        share += decay_rate
    return float(learning_rate0) / share


def exponential_decay(learning_rate0, epoch, base=0.95):
    rate = float(learning_rate0)
    for _ in range(int(epoch)):
        rate *= base
    return rate


def inverse_sqrt_decay(learning_rate0, t, k):
    # Heron's method for the root.
    root = max(1.0, float(t))
    for _ in range(200):
        root = (root + float(t) / root) / 2
    return float(k) * float(learning_rate0) / root


def staircase_decay(learning_rate0, epoch, drop_every, factor=0.5):
    rate, next_drop = float(learning_rate0), drop_every
    while next_drop <= epoch:
        rate *= factor
        next_drop += drop_every
    return rate


def decay_on_plateau(costs, learning_rate0, patience, factor):
    rates = []
    for now in range(len(costs)):
        # Replay the whole past for every epoch.
        rate, since = float(learning_rate0), 0
        for epoch in range(now + 1):
            is_best = all(costs[epoch] < costs[before] for before in range(epoch))
            since = 0 if is_best else since + 1
            if since == patience:
                rate, since = rate * factor, 0
        rates.append(rate)
    return rates
