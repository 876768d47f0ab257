"""The references against PyTorch's optimizers and schedulers: `make oracle`.

Settings are translated where the forms coincide; where they do not, a test or a comment says so.
`docs/formulas.md` holds the same translations, with sources.
"""

import numpy as np
import pytest

from autograder.exercises import find_exercise

pytestmark = pytest.mark.slow

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make oracle` installs it")
optim, lr_scheduler = torch.optim, torch.optim.lr_scheduler

STEPS = 30
SHAPES = {"W1": (3, 4), "b1": (3, 1)}
EPSILONS = (1e-8, 1e-2)  # a large one shows where it stands


@pytest.fixture(autouse=True)
def double_precision():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def reference(name):
    return find_exercise(name).reference


def arrays(rng, scale=1.0):
    spread = np.logspace(-2, 1, 4)
    return {
        "W1": scale * rng.normal(size=SHAPES["W1"]) * spread,
        "b1": scale * rng.normal(size=SHAPES["b1"]),
    }


def zeros():
    return {key: np.zeros(shape) for key, shape in SHAPES.items()}


def moments(*more):
    return {name: zeros() for name in ("v", "s", *more)} | {"t": 0}


def run_course(update, state, scale=1.0):
    """Params after every step; update(params, grads, state) -> params, state."""
    rng = np.random.default_rng(4)
    params, path = arrays(rng), []
    for _ in range(STEPS):
        params, state = update(params, arrays(rng, scale), state)
        path.append(params)
    return path


def run_torch(make, scale=1.0):
    """The same run with the torch optimizer that `make(tensors)` gives."""
    rng = np.random.default_rng(4)
    tensors = {key: torch.tensor(value) for key, value in arrays(rng).items()}
    optimizer, path = make(tensors.values()), []
    for _ in range(STEPS):
        for key, gradient in arrays(rng, scale).items():
            tensors[key].grad = torch.tensor(gradient)
        optimizer.step()
        path.append({key: value.numpy().copy() for key, value in tensors.items()})
    return path


def assert_same_path(ours, theirs):
    for step, (a, b) in enumerate(zip(ours, theirs, strict=True), start=1):
        for key in SHAPES:
            np.testing.assert_allclose(a[key], b[key], rtol=1e-10, atol=1e-13, err_msg=f"{step}")


def test_gradient_descent():
    update = reference("sgd_update")
    ours = run_course(lambda params, grads, _: (update(params, grads, 0.03), None), None)
    assert_same_path(ours, run_torch(lambda params: optim.SGD(params, lr=0.03)))


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.99])
def test_momentum_with_the_learning_rate_translated(beta):
    update, translate = reference("momentum_update"), reference("classical_learning_rate")
    ours = run_course(lambda p, g, v: update(p, g, v, 0.03, beta), zeros())
    rate = translate(0.03, beta)
    assert_same_path(ours, run_torch(lambda p: optim.SGD(p, lr=rate, momentum=beta)))


def test_dampening_is_not_the_averaging_form():
    # dampening=beta puts 1 - beta before every gradient but the first.
    update = reference("momentum_update")
    ours = run_course(lambda p, g, v: update(p, g, v, 0.03, 0.9), zeros())
    theirs = run_torch(lambda p: optim.SGD(p, lr=0.03, momentum=0.9, dampening=0.9))
    with pytest.raises(AssertionError):
        assert_same_path(ours[:1], theirs[:1])


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_nesterov_where_it_looks_ahead(beta):
    # PyTorch keeps the point at which the gradient is taken, the course the point behind it:
    # torch = params - rate * beta * velocity, as long as the rate is constant.
    update, rate = reference("nesterov_update"), 0.02
    curvature = np.linspace(0.1, 5, 12).reshape(3, 4)
    params, velocity = {"W1": np.ones((3, 4))}, {"W1": np.zeros((3, 4))}
    tensor = torch.ones(3, 4)
    optimizer = optim.SGD([tensor], lr=(1 - beta) * rate, momentum=beta, nesterov=True)
    for _ in range(STEPS):
        params, velocity = update(
            params, lambda at: {"W1": curvature * at["W1"]}, velocity, rate, beta
        )
        tensor.grad = torch.tensor(curvature) * tensor
        optimizer.step()
        ahead = params["W1"] - rate * beta * velocity["W1"]
        np.testing.assert_allclose(ahead, tensor.numpy(), rtol=1e-10)


@pytest.mark.parametrize("epsilon", EPSILONS)
@pytest.mark.parametrize("beta2", [0.9, 0.99])
def test_rmsprop(beta2, epsilon):
    update = reference("rmsprop_update")
    ours = run_course(lambda p, g, s: update(p, g, s, 0.01, beta2, epsilon), zeros())
    assert_same_path(ours, run_torch(lambda p: optim.RMSprop(p, 0.01, alpha=beta2, eps=epsilon)))


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_adagrad(epsilon):
    update = reference("adagrad_update")
    ours = run_course(lambda p, g, s: update(p, g, s, 0.1, epsilon), zeros())
    assert_same_path(ours, run_torch(lambda p: optim.Adagrad(p, 0.1, eps=epsilon)))


@pytest.mark.parametrize("epsilon", [1e-6, 1e-2])
@pytest.mark.parametrize("rho", [0.9, 0.95])
def test_adadelta(rho, epsilon):
    # Both have epsilon inside the roots. PyTorch multiplies by lr, which is 1 by default.
    update = reference("adadelta_update")
    state = {"s": zeros(), "d": zeros()}
    ours = run_course(lambda p, g, s: update(p, g, s, rho, epsilon), state)
    assert_same_path(ours, run_torch(lambda p: optim.Adadelta(p, rho=rho, eps=epsilon)))


ADAMS = pytest.mark.parametrize(
    ("betas", "epsilon", "scale"),
    [((0.9, 0.999), 1e-8, 1.0), ((0.8, 0.95), 1e-2, 1.0), ((0.9, 0.999), 1e-8, 1e-6)],
)


@ADAMS
def test_adam(betas, epsilon, scale):
    update = reference("adam_update")
    ours = run_course(lambda p, g, s: update(p, g, s, 0.01, *betas, epsilon), moments(), scale)
    theirs = run_torch(lambda p: optim.Adam(p, 0.01, betas, epsilon), scale)
    assert_same_path(ours, theirs)


@ADAMS
def test_amsgrad(betas, epsilon, scale):
    # Both take the maximum of the uncorrected averages and correct it afterwards.
    update = reference("amsgrad_update")
    state = moments("s_max")
    ours = run_course(lambda p, g, s: update(p, g, s, 0.01, *betas, epsilon), state, scale)
    theirs = run_torch(lambda p: optim.Adam(p, 0.01, betas, epsilon, amsgrad=True), scale)
    assert_same_path(ours, theirs)


@ADAMS
def test_adamw(betas, epsilon, scale):
    update, decay = reference("adamw_update"), 0.3
    ours = run_course(lambda p, g, s: update(p, g, s, 0.01, decay, *betas, epsilon), moments())
    theirs = run_torch(lambda p: optim.AdamW(p, 0.01, betas, epsilon, weight_decay=decay))
    assert_same_path(ours, theirs)


def rates(make, epochs, first_rate, costs=None):
    """The rate of every epoch under a torch scheduler, and the one after the last."""
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = optim.SGD([parameter], lr=first_rate)
    scheduler, seen = make(optimizer), []
    for epoch in range(epochs):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([] if costs is None else [costs[epoch]]))
    return [*seen, optimizer.param_groups[0]["lr"]]


def assert_same_rates(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)


def test_exponential_decay():
    decay = reference("exponential_decay")
    ours = [decay(0.3, epoch, 0.95) for epoch in range(41)]
    assert_same_rates(ours, rates(lambda o: lr_scheduler.ExponentialLR(o, 0.95), 40, 0.3))


def test_staircase_decay():
    decay = reference("staircase_decay")
    ours = [decay(0.3, epoch, 7, 0.4) for epoch in range(41)]
    assert_same_rates(ours, rates(lambda o: lr_scheduler.StepLR(o, 7, 0.4), 40, 0.3))


def test_inverse_time_and_inverse_root_as_functions():
    decay = reference("inverse_time_decay")
    ours = [decay(0.3, epoch, 0.7) for epoch in range(41)]
    theirs = rates(lambda o: lr_scheduler.LambdaLR(o, lambda e: 1 / (1 + 0.7 * e)), 40, 0.3)
    assert_same_rates(ours, theirs)
    decay = reference("inverse_sqrt_decay")  # t counts from 1, PyTorch's epochs from 0
    ours = [decay(0.3, epoch + 1, 2.0) for epoch in range(41)]
    theirs = rates(lambda o: lr_scheduler.LambdaLR(o, lambda e: 2 * (e + 1) ** -0.5), 40, 0.3)
    assert_same_rates(ours, theirs)


@pytest.mark.parametrize("patience", [1, 3])
def test_decay_on_plateau(patience):
    # PyTorch waits for one failure more, and asks by default for a gain of a ten-thousandth.
    decay = reference("decay_on_plateau")
    rng = np.random.default_rng(3)
    costs = np.round(np.exp(-np.arange(40) / 10) + 0.2 * rng.random(40), 2)
    theirs = rates(
        lambda o: lr_scheduler.ReduceLROnPlateau(
            o, factor=0.5, patience=patience - 1, threshold=0.0, eps=0.0
        ),
        40,
        0.3,
        costs,
    )
    assert_same_rates(decay(list(costs), 0.3, patience, 0.5), theirs[1:])


@pytest.mark.parametrize("factor", [1, 2])
def test_warm_restarts(factor):
    decay = reference("sgdr")
    ours = [decay(step, 5, 0.3, factor, 0.01) for step in range(51)]
    theirs = rates(
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 5, factor, eta_min=0.01), 50, 0.3
    )
    assert_same_rates(ours, theirs)


def test_warmup_and_cosine():
    # Up to the last step; beyond it PyTorch's cosine rises again, the course's rate stays at 0.
    schedule, warmup, total = reference("warmup_cosine"), 6, 40
    ours = [schedule(step, warmup, total, 0.3) for step in range(total + 1)]

    def make(optimizer):
        rise = lr_scheduler.LinearLR(optimizer, 1 / warmup, total_iters=warmup - 1)
        fall = lr_scheduler.CosineAnnealingLR(optimizer, total - warmup)
        return lr_scheduler.SequentialLR(optimizer, [rise, fall], [warmup])

    assert_same_rates(ours, rates(make, total, 0.3))


def test_batch_normalization():
    # Examples in rows; momentum weighs the new batch; the running variance is m/(m-1) larger.
    forward, m = reference("batch_norm_forward"), 8
    rng = np.random.default_rng(5)
    gamma, beta = rng.normal(size=(3, 1)), rng.normal(size=(3, 1))
    layer = torch.nn.BatchNorm1d(3, eps=1e-3, momentum=0.2)
    layer.load_state_dict(
        layer.state_dict()
        | {"weight": torch.tensor(gamma[:, 0]), "bias": torch.tensor(beta[:, 0])}
        | {"running_var": torch.zeros(3)}
    )
    running = {"mean": np.zeros((3, 1)), "variance": np.zeros((3, 1))}
    for _ in range(5):
        Z = rng.normal(size=(3, m))
        A, running = forward(Z, gamma, beta, running, True, momentum=0.8, epsilon=1e-3)
        theirs = layer(torch.tensor(Z.T)).detach().numpy().T
        np.testing.assert_allclose(A, theirs, rtol=1e-10)
    np.testing.assert_allclose(running["mean"][:, 0], layer.running_mean.numpy(), rtol=1e-10)
    unbiased = running["variance"][:, 0] * m / (m - 1)
    np.testing.assert_allclose(unbiased, layer.running_var.numpy(), rtol=1e-10)
    layer.eval()
    stored = {"mean": running["mean"], "variance": unbiased[:, None]}
    A, _ = forward(Z, gamma, beta, stored, False, epsilon=1e-3)
    np.testing.assert_allclose(A.T, layer(torch.tensor(Z.T)).detach().numpy(), rtol=1e-10)


@pytest.mark.parametrize("max_norm", [0.5, 1e3])
def test_clipping_by_the_global_norm(max_norm):
    # PyTorch adds 1e-6 to the norm before it divides; the exercise accepts both.
    grads = arrays(np.random.default_rng(6))
    tensors = [torch.zeros(shape) for shape in SHAPES.values()]
    for tensor, gradient in zip(tensors, grads.values(), strict=True):
        tensor.grad = torch.tensor(gradient)
    theirs = torch.nn.utils.clip_grad_norm_(tensors, max_norm)
    clipped, norm = reference("clip_global_norm")(grads, max_norm)
    np.testing.assert_allclose(norm, theirs.item(), rtol=1e-12)
    for tensor, gradient in zip(tensors, clipped.values(), strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=2e-6 / norm)


@pytest.mark.parametrize("shape", [(4, 6), (6, 4), (5, 5)])
def test_muon(shape):
    # Averages instead of sums: the scale is divided out, all but for epsilon. PyTorch computes
    # the iteration in bfloat16, which has three digits.
    orthogonalize, beta, rate = reference("orthogonalize"), 0.95, 0.1
    rng = np.random.default_rng(7)
    w, average = rng.normal(size=shape), np.zeros(shape)
    tensor = torch.tensor(w)
    optimizer = optim.Muon([tensor], lr=rate, weight_decay=0.0, momentum=beta)
    for _ in range(5):
        g = rng.normal(size=shape)
        tensor.grad = torch.tensor(g)
        optimizer.step()
        average = beta * average + (1 - beta) * g
        step = orthogonalize(beta * average + (1 - beta) * g)
        w = w - rate * max(1.0, shape[0] / shape[1]) ** 0.5 * step
        np.testing.assert_allclose(w, tensor.numpy(), atol=0.02)
        w = tensor.numpy().copy()


def test_warmup_stable_decay():
    # Up to the last step; the course's rate stays at 0 beyond it.
    schedule, warmup, decay, total = reference("wsd"), 6, 9, 40
    ours = [schedule(step, total, 0.3, warmup, decay) for step in range(total + 1)]

    def make(optimizer):
        rise = lr_scheduler.LinearLR(optimizer, 1 / warmup, total_iters=warmup - 1)
        stay = lr_scheduler.ConstantLR(optimizer, 1.0)
        fall = lr_scheduler.LinearLR(optimizer, 1.0, 0.0, decay)
        return lr_scheduler.SequentialLR(optimizer, [rise, stay, fall], [warmup, total - decay])

    assert_same_rates(ours, rates(make, total, 0.3))


def test_average_of_the_weights():
    # PyTorch starts from a copy of the first parameters that it is given, and corrects nothing.
    update, beta = reference("ema_update"), 0.9
    rng = np.random.default_rng(8)
    model = torch.nn.Linear(4, 3, bias=False)
    swa = torch.optim.swa_utils
    theirs = swa.AveragedModel(model, multi_avg_fn=swa.get_ema_multi_avg_fn(beta))
    every = [rng.normal(size=(3, 4)) for _ in range(10)]
    average = {"W1": every[0]}
    for t, weights in enumerate(every):
        model.load_state_dict({"weight": torch.tensor(weights)})
        theirs.update_parameters(model)
        if t:
            average, _ = update(average, {"W1": weights}, beta, t)
        found = theirs.module.weight.detach().numpy()
        np.testing.assert_allclose(average["W1"], found, rtol=1e-10)


def test_gradients_of_parts_add_up():
    # A loss that is summed over all examples and divided once, as frameworks are told to do.
    rng = np.random.default_rng(9)
    X, y, w = rng.normal(size=(7, 3)), rng.normal(size=7), rng.normal(size=3)
    weights = torch.tensor(w, requires_grad=True)
    ((torch.tensor(X) @ weights - torch.tensor(y)) ** 2).mean().backward()
    sizes = [4, 2, 1]
    parts = np.split(np.arange(7), np.cumsum(sizes)[:-1])
    grads = [{"W1": 2 * X[k].T @ (X[k] @ w - y[k]) / k.size} for k in parts]
    ours = reference("accumulate")(grads, sizes)
    np.testing.assert_allclose(ours["W1"], weights.grad.numpy(), rtol=1e-10)


def test_the_loss_scale():
    # The same rule, in the operator that GradScaler calls.
    update, rng = reference("scale_update"), np.random.default_rng(10)
    scale, good = 2.0**10, 0
    theirs, tracker = torch.tensor(scale), torch.tensor(0, dtype=torch.int32)
    theirs = theirs.to(torch.float32)
    for finite in rng.random(60) < 0.85:
        scale, good = update(scale, good, bool(finite), interval=4)
        overflow = torch.tensor(0.0 if finite else 1.0, dtype=torch.float32)
        torch._amp_update_scale_(theirs, tracker, overflow, 2.0, 0.5, 4)
        assert (scale, good) == (theirs.item(), tracker.item())


@pytest.mark.parametrize(("n_x", "m"), [(1, 5), (4, 9)])
def test_the_gradient_of_a_line_and_its_central_differences(n_x, m):
    rng = np.random.default_rng(6)
    params = {"W1": rng.normal(size=(1, n_x)), "b1": rng.normal(size=(1, 1))}
    X, Y = rng.normal(size=(n_x, m)), rng.normal(size=(1, m))

    def cost(tensors):
        return (tensors["W1"] @ torch.tensor(X) + tensors["b1"] - torch.tensor(Y)).pow(2).mean() / 2

    tensors = {key: torch.tensor(value, requires_grad=True) for key, value in params.items()}
    cost(tensors).backward()
    ours = reference("line_grads")(params, X, Y)

    def as_number(params):
        return cost({key: torch.tensor(value) for key, value in params.items()}).item()

    numerical = reference("numerical_grads")(as_number, params)
    for key, tensor in tensors.items():
        np.testing.assert_allclose(ours[key], tensor.grad.numpy(), rtol=1e-12)
        np.testing.assert_allclose(numerical[key], tensor.grad.numpy(), rtol=1e-8, atol=1e-10)
