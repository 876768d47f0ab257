"""The cheat sheet's code does what the lessons' references do, line for line as its formulas."""

import numpy as np
import pytest

from autograder.build import cheatsheet
from autograder.exercises import find_function, lessons

LATER = [name for name in lessons() if name >= "01"]
ROWS = {row.technique: row for lesson in LATER for row in cheatsheet.rows(lesson)}


def names():
    """Values for every letter of the sheet; w, g and what is averaged are arrays."""
    rng = np.random.default_rng(0)
    w, g, v, m, d, G, r = rng.normal(size=(7, 2, 3))
    s = rng.uniform(0.1, 1, size=(2, 3))
    X = rng.normal(size=(2, 3)) / 3
    given = {"w": w, "g": g, "v": v, "m": m, "s": s, "d": d**2, "G": G**2, "r": r, "X": X}
    given |= {"a": 3.4445, "b": -4.775, "c": 2.0315, "alpha": 0.1, "alpha0": 0.2, "beta": 0.8}
    given |= {"beta1": 0.7, "beta2": 0.9, "rho": 0.85, "epsilon": 1e-3, "t": 3, "k": 2, "n": 4}
    given |= {"e": 7, "f": 0.5, "p": 0.01, "theta": rng.normal(size=9), "gamma": 0.55, "eta": 0.3}
    return given | {"decay": 0.3, "W": 5, "T": 40, "D": 8, "np": np, "rng": rng}


def run(technique, **given):
    """What the names stand for after the row's code."""
    space = names() | given
    for line in ROWS[technique].code:
        exec(line, space)
    return space


def reference(name, *args, **settings):
    return find_function(name).reference(*args, **settings)


def one(**dicts):
    return {name: {"W1": value} for name, value in dicts.items()}


def updated(name, state, *args, **settings):
    """The parameter and the state after one update of a reference on a single array."""
    given = names()
    params, after = reference(name, {"W1": given["w"]}, *args, state, **settings)
    return params["W1"], after


def test_lessons_01_and_01b():
    given = names()
    assert [run("mini-batches in an epoch", m=m, b=64)["T"] for m in (63, 64, 65)] == [
        reference("num_mini_batches", m, 64) for m in (63, 64, 65)
    ]
    assert sorted(run("order of an epoch", m=9)["order"]) == list(range(9))
    params = reference("sgd_update", {"W1": given["w"]}, {"W1": given["g"]}, given["alpha"])
    assert np.allclose(run("one step")["w"], params["W1"])
    costs, sizes = [0.5, 0.3, 0.9], [64, 64, 29]
    found = run("cost of an epoch", costs=costs, sizes=sizes)["J"]
    assert found == pytest.approx(reference("epoch_cost", costs, sizes))
    means = np.random.default_rng(0).normal(0, 3, (20_000, 16)).mean(axis=1)
    assert run("noise of a mini-batch's cost", sigma=3, b=16)["s"] == pytest.approx(
        means.std(), rel=0.03
    )
    stays = run("where a constant rate stays", h=2.0, sigma=3.0)["v"]
    after_a_step = (1 - 0.1 * 2.0) ** 2 * stays + 0.1**2 * 3.0**2
    assert after_a_step == pytest.approx(stays)


def test_lesson_02():
    given = names()
    v = reference("ewa_step", given["v"], given["theta"][0], given["beta"])
    assert np.allclose(run("exponentially weighted average", theta=given["theta"][0])["v"], v)
    assert run("how many values")["n"] == pytest.approx(reference("averaging_window", 0.8))
    weights = reference("ewa_weights", 0.8, 5)
    assert run("weight of a value $k$ steps old")["u"] == pytest.approx(weights[-3])
    window = reference("moving_average", given["theta"], 4)[-1]
    assert run("moving window of $n$ values")["v"] == pytest.approx(window)


def test_lesson_03():
    given = names()
    right = reference("bias_correct", given["v"], 0.8, 3)
    assert np.allclose(run("bias correction")["v_corrected"], right)
    steps = run("steps until the share $p$ is missing")["t"]
    assert steps == reference("steps_until_unbiased", 0.8, 0.01)


def test_lessons_04_and_05():
    given = names()
    grads, rate = {"W1": given["g"]}, given["alpha"]
    w, v = updated("momentum_update", {"W1": given["v"]}, grads, learning_rate=rate, beta=0.8)
    after = run("momentum, averaging form")
    assert np.allclose(after["w"], w)
    assert np.allclose(after["v"], v["W1"])
    classical = reference("classical_learning_rate", rate, 0.8)
    same = run("momentum, classical form", v=given["v"] / (1 - 0.8), rate=classical)
    assert np.allclose(same["w"], w)
    settings = {"learning_rate": rate, "beta2": 0.9, "epsilon": 1e-3}
    w, s = updated("rmsprop_update", {"W1": given["s"]}, grads, **settings)
    after = run("RMSprop")
    assert np.allclose(after["w"], w)
    assert np.allclose(after["s"], s["W1"])
    rates = reference("effective_learning_rate", {"W1": given["s"]}, rate, 1e-3)
    assert np.allclose(run("effective rate")["rate"], rates["W1"])
    H, start = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, -2.0])
    assert np.allclose(run("Newton's step", H=H, w=start, g=H @ start)["w"], 0)


@pytest.mark.parametrize(("factor", "stays"), [(0.99, True), (1.01, False)])
def test_momentum_is_stable_up_to_the_rate_of_lesson_04(factor, stays):
    alpha = factor * run("largest stable rate", curvature=5.0)["alpha"]
    w, v = 1.0, 0.0
    for _ in range(3000):
        v = 0.8 * v + 0.2 * 5.0 * w
        w = w - alpha * v
    assert (abs(w) < 1) == stays


def test_a_bowl_is_walked_down_by_the_factor_of_lesson_04():
    curvatures, w = np.array([1.0, 20.0]), np.ones(2)
    for _ in range(100):
        w = w - 2 / 21 * curvatures * w
    factor = run("factor of a step on a bowl", kappa=20)["q"]
    assert np.linalg.norm(w) == pytest.approx(factor**100 * np.sqrt(2))


def test_lesson_06_and_what_lesson_10_changes_in_it():
    given = names()
    grads = {"W1": given["g"]}
    state = {**one(v=given["v"], s=given["s"], s_max=given["G"]), "t": 3}
    settings = {"learning_rate": 0.1, "beta1": 0.7, "beta2": 0.9, "epsilon": 1e-3}
    after = run("Adam, the averages")
    corrected = run("Adam, the corrections", **{name: after[name] for name in "tvs"})
    fix = {name: corrected[name] for name in ("vc", "sc")}
    w, _ = updated("adam_update", state, grads, **settings)
    assert np.allclose(run("Adam, the step", **fix)["w"], w)

    decayed = run("AdamW, before Adam's step")["w"]
    w, _ = updated("adamw_update", state, grads, weight_decay=0.3, **settings)
    assert np.allclose(run("Adam, the step", **fix, w=decayed)["w"], w)

    largest = run("AMSGrad, inside Adam", m=given["G"], s=after["s"])["m"]
    fix["sc"] = run("Adam, the corrections", t=4, s=largest)["sc"]
    w, kept = updated("amsgrad_update", state, grads, **settings)
    assert np.allclose(run("Adam, the step", **fix)["w"], w)
    assert np.allclose(kept["s_max"]["W1"], largest)


def test_lesson_07():
    assert run("inverse time, epoch $e$")["alpha"] == reference("inverse_time_decay", 0.2, 7, 2)
    assert run("exponential", b=0.9)["alpha"] == reference("exponential_decay", 0.2, 7, base=0.9)
    right = reference("inverse_sqrt_decay", 0.2, 3, 2)
    assert run("square root, $t$ from 1")["alpha"] == pytest.approx(right)
    stairs = run("stairs, every $d$ epochs", d=3)["alpha"]
    assert stairs == reference("staircase_decay", 0.2, 7, drop_every=3)
    rates = reference("decay_on_plateau", [3.0, 3.0, 3.0], 0.1, patience=2, factor=0.5)
    waits = (0, 1, 2)
    assert [run("on a plateau", p=2, waited=waited)["alpha"] for waited in waits] == rates


def test_lesson_08():
    def gradient(w):
        return np.array([2 * w[0] + 3 * w[1], 3 * w[0] - w[1] ** 2])

    w, e = np.array([1.0, 2.0]), np.array([0.0, 1.0])
    found = run("column $j$ of the Hessian", gradient=gradient, w=w, e=e, h=1e-5)["column"]
    hessian = reference("numerical_hessian", gradient, w, 1e-5)
    assert np.allclose(found, hessian[:, 1])
    signs = np.sign(run("kind of a critical point", hessian=hessian)["eigenvalues"])
    assert {*signs} == {-1, 1}
    assert reference("classify_critical_point", hessian, 1e-6) == "saddle"
    path = reference(
        "perturbed_descent",
        lambda w: 0 * w,
        w,
        lambda w, g, state: (w, state),
        1,
        0.3,
        np.random.default_rng(1),
    )
    kicked = run("kick", w=w, sigma=0.3, rng=np.random.default_rng(1))["w"]
    assert np.allclose(kicked, path[1])


def test_lesson_09():
    given = names()
    grads = {"W1": given["g"]}
    w, G = updated("adagrad_update", {"W1": given["G"]}, grads, learning_rate=0.1, epsilon=1e-3)
    after = run("Adagrad")
    assert np.allclose(after["w"], w)
    assert np.allclose(after["G"], G["W1"])
    state = one(s=given["s"], d=given["d"])
    w, state = updated("adadelta_update", state, grads, rho=0.85, epsilon=1e-3)
    after = run("Adadelta")
    assert np.allclose(after["w"], w)
    assert np.allclose(after["d"], state["d"]["W1"])

    def gradient(params):
        return {key: value**3 for key, value in params.items()}

    velocity = {"W1": given["v"]}
    params, _ = reference("nesterov_update", {"W1": given["w"]}, gradient, velocity, 0.1, 0.8)
    assert np.allclose(run("Nesterov", gradient=lambda w: w**3)["w"], params["W1"])


@pytest.mark.parametrize("t", [0, 4, 5, 22, 39])
def test_schedules_of_lessons_10_and_13(t):
    right = reference("warmup_cosine", t, 5, 40, 0.1)
    row = "warm-up" if t < 5 else "cosine"
    assert run(row, t=t)["rate"] == pytest.approx(right)
    right = reference("wsd", t, 40, 0.1, warmup=0, decay=8)
    assert run("warm-up, stable, decay", t=t)["rate"] == pytest.approx(right)


def test_lesson_11():
    rng = np.random.default_rng(2)
    Z, gamma, beta = rng.normal(size=(3, 5)), rng.normal(size=(3, 1)), rng.normal(size=(3, 1))
    running = {"mean": np.zeros((3, 1)), "variance": np.ones((3, 1))}
    A, new = reference("batch_norm_forward", Z, gamma, beta, running, training=True)
    mu, variance = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
    statistics = {"mu": mu, "variance": variance, "epsilon": 1e-5}
    found = run("batch normalization, training", Z=Z, gamma=gamma, beta=beta, **statistics)["A"]
    assert np.allclose(found, A)
    assert np.allclose(run("its running averages", r=0 * mu, m=0.9, mu=mu)["r"], new["mean"])

    costs, best, waited = [0.9, 0.6, 0.7, 0.5, 0.55, 0.52, 0.4], np.inf, 0
    epochs = 0
    for cost in costs:
        epochs += 1
        waited = run("early stopping", cost=cost, best=best, waited=waited)["waited"]
        best = min(best, cost)
        if waited == 2:
            break
    assert epochs == reference("early_stopping", costs, costs, 2)[1]

    noisy = reference("noisy_gradients", {"W1": Z}, 3, 0.3, 0.55, np.random.default_rng(1))
    assert np.allclose(run("gradient noise", g=Z, rng=np.random.default_rng(1))["g"], noisy["W1"])
    difficulty = np.array([0.3, 0.1, 0.3, 0.2])
    order = run("curriculum", difficulty=difficulty)["order"]
    assert order.tolist() == reference("curriculum_order", difficulty).tolist()
    rates, costs = np.array([0.1, 0.2, 0.4]), np.array([[3.0, 4.0], [1.0, 2.0], [0.5, 4.0]])
    assert (
        run("tuning", rates=rates, costs=costs)["best"]
        == (reference("tune_learning_rate", rates, costs)[0])
    )


def test_lesson_12():
    x, y = np.array([1.0, 2.0, 4.0, 5.0]), np.array([1.0, 1.0, 2.0, 2.0])
    ours, theirs = run("mean and standard error", x=x), run("mean and standard error", x=y)
    assert (ours["mean"], ours["error"]) == (3, pytest.approx(np.sqrt(10 / 3 / 4)))
    both = {"mean_x": 3, "mean_y": 1.5, "error_x": ours["error"], "error_y": theirs["error"]}
    after = run("difference of two optimizers", **both)
    assert after["d"] == 1.5
    assert after["error"] == pytest.approx(np.sqrt(10 / 12 + 1 / 12))


def test_lesson_13():
    given = names()
    parts, sizes = [given["g"], given["v"]], [4, 1]
    whole = reference("accumulate", [{"W1": part} for part in parts], sizes)
    assert np.allclose(run("accumulation", parts=parts, sizes=sizes)["g"], whole["W1"])
    for c in (0.5, 50.0):
        clipped, _ = reference("clip_global_norm", {"W1": given["g"]}, c)
        assert np.allclose(run("clip by the global norm", c=c)["g"], clipped["W1"])
    w, m = updated(
        "lion_update",
        {"W1": given["m"]},
        {"W1": given["g"]},
        learning_rate=0.1,
        beta1=0.7,
        beta2=0.9,
    )
    after = run("Lion")
    assert np.allclose(after["w"], w)
    assert np.allclose(after["m"], m["W1"])
    X = given["X"] / np.linalg.norm(given["X"])
    assert np.allclose(
        run("Muon, one iteration", X=X)["X"], reference("orthogonalize", X, steps=1), atol=1e-6
    )
    kept, corrected = reference("ema_update", {"W1": given["m"]}, {"W1": given["w"]}, 0.8, 3)
    after = run("average of the weights")
    assert np.allclose(after["m"], kept["W1"])
    assert np.allclose(after["w_average"], corrected["W1"])
    for good in (4, 5):
        right, _ = reference("scale_update", 8.0, good - 1, True, interval=5)
        assert run("loss scale", scale=8.0, good=good, interval=5)["scale"] == right
    steps = [abs(1 - 0.1 * factor * run("edge of stability")["sharpness"]) for factor in (0.9, 1.1)]
    assert steps[0] < 1 < steps[1]


@pytest.mark.parametrize("lesson", LATER)
def test_every_lesson_has_a_sheet_whose_formulas_are_its_code_line_for_line(lesson):
    found = list(cheatsheet.rows(lesson))
    assert 2 <= len(found) <= 8
    for row in found:
        assert row.technique
        assert row.default or row.mind or len(row.code) == 1
        formulas = [line for line in row.formula if line.startswith("$") and "=" in line]
        assert len(formulas) in (0, len(row.code)), row
        for formula, line in zip(formulas, row.code, strict=False):
            assert " = " in line, formula


def test_the_page_holds_every_sheet_and_is_short_enough_to_print():
    text = cheatsheet.PAGE.read_text("utf-8")
    assert all(cheatsheet.sheet(lesson) in text for lesson in LATER)
    assert len(text.split()) < 2500


def test_a_sheet_lies_in_the_summary():
    for lesson in LATER:
        text = (cheatsheet.SOLUTIONS / f"{lesson}.py").read_text("utf-8")
        assert text.index("# ## Summary") < text.index("# ### Cheat sheet")
