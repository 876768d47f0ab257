"""Lesson 05 in scalar loops, to disagree with the references where those are wrong."""

from math import sqrt

import numpy as np


def rmsprop_update(params, grads, squared, learning_rate, beta2=0.9, epsilon=1e-8):
    moved, averages = {}, {}
    for key in grads:
        moved[key] = np.empty(grads[key].shape)
        averages[key] = np.empty(grads[key].shape)
        for index in np.ndindex(grads[key].shape):
            past, slope = float(squared[key][index]), float(grads[key][index])
            mean_square = past + (1.0 - beta2) * (slope * slope - past)
            rate = learning_rate / (sqrt(mean_square) + epsilon)
            averages[key][index] = mean_square
            moved[key][index] = float(params[key][index]) - rate * slope
    return moved, averages


def effective_learning_rate(squared, learning_rate, epsilon):
    rates = {}
    for key in squared:
        rates[key] = np.empty(squared[key].shape)
        for index in np.ndindex(squared[key].shape):
            # The step that a gradient of 1 would make.
            rates[key][index] = learning_rate * 1.0 / (sqrt(float(squared[key][index])) + epsilon)
    return rates
