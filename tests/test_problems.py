"""The surfaces and the network have the gradients they claim, and the demonstrations' optimizers
are the ones in the papers."""

from functools import partial

import numpy as np
import pytest

from optlab import optimizers, problems

SURFACES = {
    "bowl": problems.bowl(10),
    "rotated bowl": problems.bowl(25, angle=30),
    "plateau": problems.plateau((1.5, -0.5)),
    "saddle": problems.saddle(),
}


def central_difference(value, w, step=1e-6):
    """Scalar loops, to be independent of the vectorised gradients."""
    slope = np.zeros_like(w)
    for k in range(w.size):
        shift = np.zeros_like(w)
        shift[k] = step
        slope[k] = (value(w + shift) - value(w - shift)) / (2 * step)
    return slope


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES.keys())
def test_gradient_is_the_slope_of_the_value(surface):
    for w in (surface.start, np.array([0.3, -0.8]), np.array([-1.1, 0.2])):
        expected = central_difference(surface.value, w)
        np.testing.assert_allclose(surface.gradient(w), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES.keys())
def test_a_grid_gives_the_same_as_its_points(surface):
    grid = np.array(np.meshgrid(np.linspace(-2, 2, 5), np.linspace(-1, 1, 4)))
    values, gradients = surface.value(grid), surface.gradient(grid)
    assert values.shape == (4, 5) and gradients.shape == (2, 4, 5)
    for i, j in np.ndindex(4, 5):
        np.testing.assert_allclose(values[i, j], surface.value(grid[:, i, j]), atol=1e-12)
        np.testing.assert_allclose(gradients[:, i, j], surface.gradient(grid[:, i, j]), atol=1e-12)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES.keys())
def test_the_minimum_is_a_critical_point_in_view(surface):
    np.testing.assert_allclose(surface.gradient(surface.minimum), 0, atol=1e-12)
    for point in (surface.start, surface.minimum):
        assert all(low <= x <= high for x, (low, high) in zip(point, surface.view, strict=True))


def test_a_turned_bowl_is_the_same_bowl():
    straight, turned = problems.bowl(10), problems.bowl(10, angle=45)
    assert turned.value(turned.start) == pytest.approx(straight.value(straight.start))
    eigenvalues = np.linalg.eigvalsh(turned.gradient(np.eye(2)))
    np.testing.assert_allclose(eigenvalues, [1, 10])


def test_gradient_of_builds_by_name():
    w = np.array([1.0, 2.0])
    np.testing.assert_array_equal(problems.gradient_of("bowl", kappa=10)(w), [1.0, 20.0])


def test_noise_has_the_standard_deviation_asked_for_and_comes_from_the_generator():
    def noisy(seed):
        return problems.noisy_gradient(lambda w: 0 * w, 0.5, np.random.default_rng(seed))

    draws = noisy(0)(np.zeros(20_000))
    assert draws.std() == pytest.approx(0.5, rel=0.02)
    np.testing.assert_array_equal(draws, noisy(0)(np.zeros(20_000)))


def test_reddi_streams_point_to_minus_one_on_average():
    np.testing.assert_array_equal(problems.reddi_stream(5), [3, -1, -1, 3, -1])
    assert problems.reddi_stream(3000).mean() > 0
    random = problems.reddi_random_stream(200_000, np.random.default_rng(0))
    assert set(random) == {1010.0, -10.0} and random.mean() == pytest.approx(0.2, abs=1)


@pytest.mark.parametrize("sizes", [(4, 3), (4, 6, 3), (4, 6, 5, 3)])
@pytest.mark.parametrize("lambd", [0.0, 0.7])
def test_network_gradients_are_slopes_of_the_cost(sizes, lambd):
    rng = np.random.default_rng(1)
    params = problems.init_params(rng, sizes)
    X, Y = rng.standard_normal((4, 7)), np.eye(3)[:, rng.integers(0, 3, 7)]

    def cost(w):
        return problems.cost_and_grads(problems.unflatten(w, params), X, Y, lambd)[0]

    _, grads = problems.cost_and_grads(params, X, Y, lambd)
    assert list(grads) == list(params)
    expected = central_difference(cost, problems.flatten(params))
    np.testing.assert_allclose(problems.flatten(grads), expected, rtol=1e-5, atol=1e-8)


def test_cost_survives_a_hopeless_prediction():
    params = {"W1": np.array([[1000.0], [-1000.0]]), "b1": np.zeros((2, 1))}
    cost, grads = problems.cost_and_grads(params, np.ones((1, 1)), np.array([[0.0], [1.0]]))
    assert np.isfinite(cost) and np.isfinite(grads["W1"]).all()


def test_training_learns_and_leaves_its_parameters_alone():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    X = np.eye(3)[:, labels] + 0.1 * rng.standard_normal((3, 60))
    params = problems.init_params(rng, (3, 3))
    before = problems.flatten(params).copy()
    trained, costs = problems.train(
        params, X, np.eye(3)[:, labels], optimizers.momentum(1.0), 20, rng, batch=16
    )
    assert costs.shape == (20 * 4,)
    assert problems.accuracy(trained, X, labels) == 1.0
    np.testing.assert_array_equal(problems.flatten(params), before)


def test_runs_together_are_the_runs_one_by_one():
    labels = np.arange(50) % 3
    X = np.eye(3)[:, labels] + 0.1 * np.random.default_rng(0).standard_normal((3, 50))
    Y, rates, seeds, like = np.eye(3)[:, labels], (0.5, 1.0, 2.0), (5, 6, 5), (3, 4, 3)
    model = partial(problems.cost_and_grads, lambd=0.1)
    one_by_one = []
    for rate, seed in zip(rates, seeds, strict=True):
        rng = np.random.default_rng(seed)
        start, update = problems.init_params(rng, like), optimizers.momentum(rate)
        one_by_one.append(problems.train(start, X, Y, update, 4, rng, 16, model))
    rngs = [np.random.default_rng(seed) for seed in seeds]
    starts = [problems.init_params(rng, like) for rng in rngs]
    update, model = (
        optimizers.momentum(np.array(rates)),
        partial(problems.costs_and_grads, lambd=0.1),
    )
    ends, costs = problems.train_together(starts, X, Y, update, 4, rngs, 16, model)
    for (end, cost), together, costs_of_it in zip(one_by_one, ends, costs, strict=True):
        np.testing.assert_allclose(costs_of_it, cost, rtol=1e-9)
        assert together.keys() == end.keys()
        for key, value in end.items():
            np.testing.assert_allclose(together[key], value, rtol=1e-9, atol=1e-12)


# The textbook rules, one scalar at a time, written without the filters.
def by_hand(name, gradients, rate):
    w = v = s = 0.0
    for t, g in enumerate(gradients, start=1):
        if name == "gradient_descent":
            w -= rate * g
        elif name == "momentum":
            v = 0.9 * v + 0.1 * g
            w -= rate * v
        elif name == "heavy_ball":
            v = 0.9 * v + g
            w -= rate * v
        elif name == "nesterov":
            v = 0.9 * v + g
            w -= rate * (g + 0.9 * v)
        elif name == "adagrad":
            s += g**2
            w -= rate * g / (s**0.5 + 1e-8)
        elif name == "rmsprop":
            s = 0.9 * s + 0.1 * g**2
            w -= rate * g / (s**0.5 + 1e-8)
        elif name == "adam":
            v = 0.9 * v + 0.1 * g
            s = 0.999 * s + 0.001 * g**2
            w -= rate * (v / (1 - 0.9**t)) / ((s / (1 - 0.999**t)) ** 0.5 + 1e-8)
    return w


NAMES = ["gradient_descent", "momentum", "heavy_ball", "nesterov", "adagrad", "rmsprop", "adam"]


@pytest.mark.parametrize("name", NAMES)
def test_optimizers_follow_the_textbook(name):
    gradients = [0.3, -2.0, 0.01, 5.0, 0.0, 1.0]
    update, w, state = getattr(optimizers, name)(0.1), np.zeros(1), None
    for g in gradients:
        w, state = update(w, np.array([g]), state)
    assert w[0] == pytest.approx(by_hand(name, gradients, 0.1), rel=1e-12)


def test_uncorrected_adam_takes_a_longer_first_step():
    w, _ = optimizers.adam(1.0, corrected=False)(np.zeros(1), np.ones(1), None)
    assert w[0] == pytest.approx(-np.sqrt(10), rel=1e-6)


def test_a_schedule_is_asked_for_the_rate_of_every_step():
    update, w, state = optimizers.gradient_descent(lambda t: 1 / t), np.zeros(1), None
    for _ in range(3):
        w, state = update(w, -np.ones(1), state)
    assert w[0] == pytest.approx(1 + 1 / 2 + 1 / 3)


def test_follow_runs_a_sweep_at_once():
    surface, rates = problems.bowl(10), np.array([0.01, 0.1])
    start = np.repeat(surface.start[:, None], 2, axis=1)
    together = optimizers.follow(surface, optimizers.momentum(rates), 20, start)
    for k, rate in enumerate(rates):
        alone = optimizers.follow(surface, optimizers.momentum(rate), 20)
        assert alone.shape == (21, 2)
        np.testing.assert_allclose(together[:, :, k], alone, rtol=1e-12)


def test_steps_to_reach_counts_the_step_after_which_it_stays():
    values = np.array([[9.0, 9, 0], [1, 9, 0], [5, 9, 0], [1, np.nan, 0], [0.5, 9, 0]])
    np.testing.assert_array_equal(optimizers.steps_to_reach(values, 1.0), [3, -1, 0])
