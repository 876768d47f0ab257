"""Lesson 04 in scalar loops, to disagree with the references where those are wrong."""

import numpy as np


def init_velocity(params):
    velocity = {}
    for key in params:
        zeros = np.empty(params[key].shape)
        for index in np.ndindex(params[key].shape):
            zeros[index] = 0.0
        velocity[key] = zeros
    return velocity


def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    moved, speeds = {}, {}
    for key in grads:
        moved[key] = np.empty(grads[key].shape)
        speeds[key] = np.empty(grads[key].shape)
        for index in np.ndindex(grads[key].shape):
            past, slope = float(velocity[key][index]), float(grads[key][index])
            speed = past + (1.0 - beta) * (slope - past)
            speeds[key][index] = speed
            moved[key][index] = float(params[key][index]) - learning_rate * speed
    return moved, speeds


def classical_learning_rate(learning_rate, beta):
    # After many steps on a constant gradient of 1 both forms must move equally fast.
    average = total = 0.0
    for _ in range(4000):
        average = beta * average + (1 - beta)
        total = beta * total + 1.0
    return learning_rate * average / total
