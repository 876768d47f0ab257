"""Lesson 08, local optima, saddle points and plateaus: references, cases, mistakes.

Critical points are judged by the eigenvalues of a symmetric Hessian; an eigenvalue counts as flat
when it is no larger than a tolerance. Perturbed descent adds noise in every step, as Ge and others
(2015) do; Jin and others (2017) kick only where the gradient is small.
"""

import math

import numpy as np

from autograder.lesson import Lesson
from optlab.checking.probe import Case, Recipe, Seed

lesson = Lesson("08_local_optima", title="Leave saddle points and plateaus")


@lesson.exercise(
    points=4,
    returns=("hessian",),
    hints=(
        "Column j tells how the gradient changes when only w[j] changes.",
        "Take the gradient one step above and one step below, and divide the difference by the "
        "distance between the two points.",
        "A shift is an array of zeros with `step` at place j; w + shift is a new array.",
        "At the end, every entry is averaged with its mirror image across the diagonal.",
    ),
)
def numerical_hessian(gradient, w, step):
    """Central differences of the gradient, one column per coordinate, made symmetric."""
    n = len(w)
    hessian = np.empty((n, n))
    for j in range(n):
        shift = np.zeros(n)
        shift[j] = step
        hessian[:, j] = (gradient(w + shift) - gradient(w - shift)) / (2 * step)
    return (hessian + hessian.T) / 2


def _surface(problem, **settings):
    return Recipe("optlab.problems:gradient_of", {"problem": problem, **settings})


def _cubic(rng, n):
    """A gradient of second degree, for which central differences are exact with any step."""
    H = rng.normal(size=(n, n))
    settings = {"H": (H + H.T).tolist(), "A": rng.normal(size=(2, n)).tolist()}
    return Recipe("optlab.problems:cubic_gradient", settings)


def _curvature(gradient, w, step, note):
    args = {"gradient": gradient, "w": np.array(w), "step": step}
    return Case(args, note=note)


@numerical_hessian.cases
def _(rng):
    yield _curvature(_surface("bowl", kappa=5.0), [1.0, 2.0], 0.01, "a round bowl")
    curved = {"H": [[2.0, 1.0], [1.0, 0.0]], "A": [[1.0, -1.0], [2.0, 1.0]]}
    curved = Recipe("optlab.problems:cubic_gradient", curved)
    yield _curvature(curved, [0.5, -1.0], 0.1, "a curvature that changes with w")
    coarse = rng.uniform(0.4, 1.2, size=2)
    yield _curvature(_surface("plateau"), coarse, 0.5, "a coarse step on a plateau")
    yield _curvature(_cubic(rng, 4), rng.normal(size=4), 0.02, "four dimensions")
    yield _curvature(_cubic(rng, 3), rng.normal(size=3), 0.005, "three dimensions and a fine step")
    yield _curvature(_cubic(rng, 3), [2, -1, 3], 0.01, "a whole w")
    yield _curvature(_cubic(rng, 1), rng.normal(size=1), 0.01, "a single dimension")
    yield _curvature(_surface("bowl", kappa=9.0, angle=25.0), [0.0, 0.0], 0.01, "w = 0")
    coarse = np.array([-1.0, 1.0, 1.0]) * rng.uniform(0.3, 1.0, size=3)
    yield _curvature(_surface("plateau"), coarse, 0.4, "a coarse step in 3-D")


CENTRAL = "(gradient(w + shift) - gradient(w - shift)) / (2 * step)"
numerical_hessian.variant(
    "half_steps",
    "Correct. Your two points lie half a step from w on either side, so that they are one step "
    "apart; the lesson's lie one step away. Both are central differences.",
    ("shift[j] = step", "shift[j] = step / 2"),
    ("(2 * step)", "step"),
)
numerical_hessian.mistake(
    "forward_difference",
    "Your curvature is that half a step further on: you compare w + step with w itself, and the "
    "error shrinks only as the step. Which second point lies symmetrically?",
    (CENTRAL, "(gradient(w + shift) - gradient(w)) / step"),
    share=0.5,
)
numerical_hessian.mistake(
    "backward_difference",
    "Your curvature is that half a step back: you compare w with w - step, and the error shrinks "
    "only as the step. Which second point lies symmetrically?",
    (CENTRAL, "(gradient(w) - gradient(w - shift)) / step"),
    share=0.5,
)
numerical_hessian.mistake(
    "twice_too_large",
    "Your curvature is twice too large. How far apart are the two points, and how is the mean of "
    "two numbers taken?",
    ("(2 * step)", "step"),
)
numerical_hessian.mistake(
    "half_too_small",
    "Your curvature is half of what it should be. How often do you divide by 2?",
    ("(2 * step)", "(4 * step)"),
)
numerical_hessian.mistake(
    "missing_parentheses",
    "Your curvature is too small by the square of the step: you multiply by the step where it "
    "belongs below the line. What should the whole denominator be?",
    ("(2 * step)", "2 * step"),
)
numerical_hessian.mistake(
    "all_zero",
    "Every entry of yours is 0, whatever the surface. At which two points do you ask for the "
    "gradient, and where does the difference go?",
    ("gradient(w - shift)", "gradient(w + shift)"),
)
numerical_hessian.mistake(
    "shift_not_reset",
    "From the second column on, your shift still holds the steps of earlier columns. What should "
    "a shift hold when its column begins?",
    (
        "    for j in range(n):\n        shift = np.zeros(n)\n",
        "    shift = np.zeros(n)\n    for j in range(n):\n",
    ),
)
numerical_hessian.mistake(
    "one_column_only",
    "One of your columns is measured, and the others are not. How often does the loop run before "
    "the function ends?",
    ("hessian = np.empty((n, n))", "hessian = np.zeros((n, n))"),
    ("for j in range(n)", "for j in range(1)"),
)
numerical_hessian.mistake(
    "not_divided",
    "You give back differences, which shrink with the step. What turns a difference into a slope?",
    (CENTRAL, "gradient(w + shift) - gradient(w - shift)"),
)
numerical_hessian.mistake(
    "divided_by_the_square",
    "Your curvature grows without end as the step shrinks: you divide by its square. That belongs "
    "to differences of the cost; how often has a gradient been differentiated already?",
    ("(2 * step)", "(2 * step**2)"),
)
numerical_hessian.mistake(
    "not_symmetric",
    "With a coarse step your entry (0, 1) is not your entry (1, 0), and a Hessian is symmetric. "
    "Which number lies fairly between the two?",
    ("return (hessian + hessian.T) / 2", "return hessian"),
    share=0.7,
)
numerical_hessian.mistake(
    "not_symmetric_in_rows",
    "Your rows and columns differ when the step is coarse: hessian[0, 1] is one measurement and "
    "hessian[1, 0] another. Which number lies fairly between the two?",
    ("hessian[:, j] =", "hessian[j] ="),
    ("return (hessian + hessian.T) / 2", "return hessian"),
    share=0.7,
)
numerical_hessian.mistake(
    "shift_cut_to_whole_numbers",
    "With a whole w your shift is an array of whole numbers, and a step of 0.01 in it becomes "
    "0. What dtype does np.zeros_like take over?",
    ("np.zeros(n)", "np.zeros_like(w)"),
    share=0.8,
)
numerical_hessian.mistake(
    "diagonal_only",
    "Your entries off the diagonal are 0. Does the slope along w1 change when w2 moves?",
    ("return (hessian + hessian.T) / 2", "return np.diag(np.diag(hessian))"),
)
numerical_hessian.mistake(
    "every_coordinate_shifted",
    "All of your columns are the same before you make them symmetric: the whole point is shifted. "
    "What should change in column j?",
    ("shift[j] = step", "shift[:] = step"),
)
numerical_hessian.mistake(
    "at_the_origin",
    "Your curvature is that at 0, wherever w is. Around which point do you look?",
    (CENTRAL, "(gradient(shift) - gradient(-shift)) / (2 * step)"),
)
numerical_hessian.mistake(
    "sign_turned",
    "A bowl has negative curvature in your Hessian. Which of the two gradients is subtracted?",
    ("gradient(w + shift) - gradient(w - shift)", "gradient(w - shift) - gradient(w + shift)"),
)
numerical_hessian.family(
    "step_fixed",
    "Your step is the same whatever is asked: with step = 0.5 the differences should be "
    "coarse. Where does the argument come in?",
    [("n = len(w)", f"n, step = len(w), {fixed}") for fixed in (1e-5, 1e-3, 1e-4, 1e-6)],
    share=0.8,
)
numerical_hessian.mistake(
    "product_of_gradients",
    "You multiply the gradient with itself, which is 0 at every critical point. What does a "
    "Hessian measure at a place where the gradient is 0?",
    ("return (hessian + hessian.T) / 2", "return np.outer(gradient(w), gradient(w))"),
)
numerical_hessian.mistake(
    "absolute_values",
    "Your entries are never negative, and a saddle curves down somewhere. What happened to the "
    "sign?",
    (CENTRAL, "np.abs(gradient(w + shift) - gradient(w - shift)) / (2 * step)"),
)


@numerical_hessian.mistake(
    "point_not_put_back",
    "After the first column your w stands somewhere else: the shift is not taken back. From where "
    "should the second coordinate be shifted?",
)
def _(gradient, w, step):
    n = len(w)
    w = w.astype(float)
    hessian = np.empty((n, n))
    for j in range(n):
        w[j] += step
        above = gradient(w)
        w[j] -= 2 * step
        hessian[:, j] = (above - gradient(w)) / (2 * step)
    return (hessian + hessian.T) / 2


@numerical_hessian.mistake(
    "works_in_place",
    "You move the w you were given: a whole w cuts the step off, and others see it shifted. Where "
    "could the shifted point live instead?",
    share=0.8,
)
def _(gradient, w, step):
    n = len(w)
    hessian = np.empty((n, n))
    for j in range(n):
        w[j] += step
        above = gradient(w)
        w[j] -= 2 * step
        below = gradient(w)
        w[j] += step
        hessian[:, j] = (above - below) / (2 * step)
    return (hessian + hessian.T) / 2


@numerical_hessian.mistake(
    "fails_on_integers",
    "With a whole w your shift in place fails: NumPy does not put floats into an integer array. "
    "What would a new array do?",
    share=0.8,
)
def _(gradient, w, step):
    n = len(w)
    hessian = np.empty((n, n))
    for j in range(n):
        shift = step * np.eye(n)[j]
        above, below = w.copy(), w.copy()
        above += shift
        below -= shift
        hessian[:, j] = (gradient(above) - gradient(below)) / (2 * step)
    return (hessian + hessian.T) / 2


@numerical_hessian.style
def _(gradient, w, step):
    rows = [(gradient(w + step * e) - gradient(w - step * e)) / (2 * step) for e in np.eye(len(w))]
    hessian = np.array(rows)
    return 0.5 * (hessian + hessian.T)


@numerical_hessian.style
def _(gradient, w, step):
    n = len(w)
    hessian = np.zeros((n, n))
    for i in range(n):
        above, below = np.array(w, dtype=float), np.array(w, dtype=float)
        above[i] += step
        below[i] -= step
        hessian[i] = (gradient(above) - gradient(below)) / 2 / step
    return np.mean([hessian, hessian.T], axis=0)


@numerical_hessian.style
def _(gradient, w, step):
    n = w.size
    columns = []
    for j in range(n):
        shift = np.array([step if i == j else 0.0 for i in range(n)])
        columns.append((gradient(w + shift) - gradient(w - shift)) / (2.0 * step))
    hessian = np.column_stack(columns)
    return (hessian + np.transpose(hessian)) / 2.0


@numerical_hessian.style
def _(gradient, w, step):
    n = w.shape[0]
    point = w.astype(float)
    hessian = np.full((n, n), np.nan)
    for j in range(n):
        middle = point[j]
        point[j] = middle + step
        above = gradient(point)
        point[j] = middle - step
        below = gradient(point)
        point[j] = middle
        hessian[:, j] = (above - below) / (2 * step)
    for i in range(n):
        for j in range(i):
            hessian[i, j] = hessian[j, i] = (hessian[i, j] + hessian[j, i]) / 2
    return hessian


@numerical_hessian.style
def _(gradient, w, step):
    def slope(i, j):
        e = step * np.eye(len(w))[j]
        return (gradient(w + e)[i] - gradient(w - e)[i]) / (2 * step)

    n = len(w)
    return [[(slope(i, j) + slope(j, i)) / 2 for j in range(n)] for i in range(n)]


lesson.quiz(
    "optima_zero_gradient",
    title="Zero gradient",
    question="At some point the gradient of the cost is zero. What do you know?",
    options={
        "a": (
            "the point is a local minimum",
            "The horse saddle has a zero gradient at (0, 0), and the cost falls along w2 from "
            "there. What does the gradient alone not tell?",
        ),
        "b": (
            "the point is a saddle, since in many dimensions they all are",
            "In many dimensions that is likely at a high cost, and it is not certain: a bowl has "
            "a zero gradient at its bottom. What does the gradient alone not tell?",
        ),
        "c": (
            "the point is on a plateau",
            "Slow, yes, exactly as at every critical point. Does the word say whether the surface "
            "curves up or down?",
        ),
        "d": (
            "not yet what kind of point it is",
            "A zero gradient says that the point is flat to first order and no more. At (0, 0) "
            "the horse saddle has the gradient (0, 0), and it is neither a minimum nor a maximum.",
        ),
    },
    right="d",
    hints=(
        "Compare the bottom of a bowl with the middle of the horse saddle.",
        "The gradient is the same in both places. Is there anything that only one of them is?",
        "Which of the statements hold for the bowl, the saddle and the top of a hill alike?",
    ),
)


@lesson.exercise(
    points=4,
    returns=("kind",),
    hints=(
        "np.linalg.eigvalsh gives the eigenvalues of a symmetric matrix: the curvatures along its "
        "own axes.",
        "An eigenvalue between -tolerance and tolerance counts as flat: neither up nor down.",
        "One eigenvalue that is clearly up and one that is clearly down decide for a saddle, "
        "whatever the others are.",
        "np.all and np.any turn the comparisons of all eigenvalues into one answer.",
    ),
)
def classify_critical_point(hessian, tolerance):
    """ "minimum", "maximum", "saddle" or "degenerate", by the signs of the eigenvalues."""
    eigenvalues = np.linalg.eigvalsh(hessian)
    if np.any(eigenvalues > tolerance) and np.any(eigenvalues < -tolerance):
        return "saddle"
    if np.all(eigenvalues > tolerance):
        return "minimum"
    if np.all(eigenvalues < -tolerance):
        return "maximum"
    return "degenerate"


def _turned(rng, eigenvalues):
    """A symmetric matrix with these eigenvalues along random axes."""
    axes, _ = np.linalg.qr(rng.normal(size=(len(eigenvalues),) * 2))
    matrix = axes @ np.diag(eigenvalues) @ axes.T
    return (matrix + matrix.T) / 2


def _point(hessian, note, tolerance=1e-6):
    args = {"hessian": np.array(hessian), "tolerance": tolerance}
    return Case(args, note=note)


@classify_critical_point.cases
def _(rng):
    yield _point([[2.0, 1.0], [1.0, 3.0]], "[[2, 1], [1, 3]]")
    yield _point([[1.0, 3.0], [3.0, 1.0]], "[[1, 3], [3, 1]]")
    yield _point([[-2.0, 0.5], [0.5, -1.0]], "[[-2, 0.5], [0.5, -1]]")
    yield _point([[1.0, 0.0], [0.0, 1e-12]], "[[1, 0], [0, 1e-12]]")
    down = np.diag([-1.0, -2.0, 3.0])
    yield _point(down, "diag(-1, -2, 3)")
    yield _point(np.diag([1.0, 0.0, -1.0]), "diag(1, 0, -1)")
    yield _point([[2.0, -1.0], [-1.0, 3.0]], "a minimum with negative entries")
    yield _point(_turned(rng, [1.0, 2.0, 3.0, 4.0]), "four curvatures upwards")
    yield _point(_turned(rng, [-1.0, -2.0, -3.0, -4.0]), "four curvatures downwards")
    yield _point(_turned(rng, [5.0, 4.0, 3.0, -0.5]), "one curvature of four downwards")
    yield _point(_turned(rng, [-5.0, -4.0, -3.0, 0.5]), "one curvature of four upwards")
    yield _point(_turned(rng, [3.0, 1.0, 0.2]), "a tolerance of 0.5", tolerance=0.5)
    yield _point(_turned(rng, [3.0, 1.0, -0.2]), "a weak curvature below", tolerance=0.5)
    yield _point(_turned(rng, [-3.0, -1.0, 1e-9]), "a flat direction at a maximum")
    yield _point(_turned(rng, [2e-4, 1e-4, 3e-4]), "small curvatures", tolerance=1e-7)
    yield _point(np.diag([1e5, 0.01]), "curvatures of very different size", tolerance=1e-3)
    yield _point(np.zeros((3, 3)), "no curvature at all")
    steep = float(rng.uniform(1, 3))
    yield _point([[steep]], "a single dimension")
    yield _point([[-steep]], "a single dimension downwards")
    many = np.concatenate([rng.uniform(0.5, 2, 29), [-0.4]])
    yield _point(_turned(rng, many), "thirty dimensions")
    yield _point(np.array([[2, 1], [1, 2]]), "whole numbers")


EIGENVALUES = "np.linalg.eigvalsh(hessian)"
classify_critical_point.mistake(
    "determinant",
    "You go by the determinant, the product of the eigenvalues: two negative ones make it "
    "positive. What is diag(-1, -2, 3)?",
    (EIGENVALUES, "np.array([np.linalg.det(hessian)])"),
)


@classify_critical_point.mistake(
    "second_derivative_test",
    "The test with the determinant and the first entry is right in two dimensions only: "
    "diag(-1, -2, 3) has determinant 6. How many curvatures does a point in 3-D have?",
)
def _(hessian, tolerance):
    determinant = np.linalg.det(hessian)
    if determinant < -tolerance:
        return "saddle"
    if determinant > tolerance:
        return "minimum" if hessian[0, 0] > 0 else "maximum"
    return "degenerate"


classify_critical_point.mistake(
    "diagonal_only",
    "You look at the diagonal: [[1, 3], [3, 1]] has 1 and 1 there, and the eigenvalue -2. In which "
    "direction does it curve down?",
    (EIGENVALUES, "np.diag(hessian)"),
)
classify_critical_point.mistake(
    "entries",
    "You look at the entries: those of [[1, 3], [3, 1]] are positive, and yet it has the "
    "eigenvalue -2. Which numbers tell how a surface curves?",
    (EIGENVALUES, "hessian"),
)
classify_critical_point.mistake(
    "trace",
    "You add the curvatures up, so that a steep one hides the others: diag(-1, -2, 3) sums to 0. "
    "What does every single direction say?",
    (EIGENVALUES, "np.array([np.trace(hessian)])"),
)
classify_critical_point.mistake(
    "any_for_all",
    "One direction upwards is enough for you to say minimum: [[1, 3], [3, 1]] curves down as well. "
    "How many directions have to curve up?",
    (
        "if np.any(eigenvalues > tolerance) and np.any(eigenvalues < -tolerance):\n"
        '        return "saddle"\n    if np.all(eigenvalues > tolerance)',
        "if np.any(eigenvalues > tolerance)",
    ),
)
classify_critical_point.mistake(
    "one_up_is_a_minimum",
    "Where no direction curves down, one curvature upwards is enough for you to say minimum. How "
    "many directions have to curve up?",
    ("if np.all(eigenvalues > tolerance)", "if np.any(eigenvalues > tolerance)"),
)
classify_critical_point.mistake(
    "one_down_is_a_maximum",
    "Where no direction curves up, one curvature downwards is enough for you to say maximum. How "
    "many directions have to curve down?",
    ("if np.all(eigenvalues < -tolerance)", "if np.any(eigenvalues < -tolerance)"),
)
classify_critical_point.mistake(
    "flat_is_a_maximum",
    "You call a point a maximum where some direction is flat. Which side of -tolerance has a "
    "curvature downwards, and on which side is your comparison?",
    ("np.all(eigenvalues < -tolerance)", "np.all(eigenvalues < tolerance)"),
)
classify_critical_point.mistake(
    "curved_is_a_saddle",
    "You say saddle as soon as one direction is curved at all, up or down. Which two kinds of "
    "direction must a saddle have?",
    ("tolerance) and np.any", "tolerance) or np.any"),
)
classify_critical_point.mistake(
    "saddle_forgotten",
    "You never say saddle. What if one direction curves up and another one down?",
    ("np.any(eigenvalues > tolerance) and np.any(eigenvalues < -tolerance)", "False"),
)
classify_critical_point.mistake(
    "flat_counts_as_down",
    "Beside a direction upwards a flat one makes a saddle for you. Below which number does a "
    "direction curve down?",
    ("np.any(eigenvalues < -tolerance)", "np.any(eigenvalues < tolerance)"),
)
classify_critical_point.mistake(
    "flat_counts_as_up",
    "Beside a direction downwards a flat one makes a saddle for you. Above which number does a "
    "direction curve up?",
    ("np.any(eigenvalues > tolerance)", "np.any(eigenvalues > -tolerance)"),
)
classify_critical_point.mistake(
    "no_tolerance",
    "An eigenvalue of 1e-12 counts as a curvature for you; it is rounding error around 0. How "
    "large does a curvature have to be?",
    (EIGENVALUES, f"{EIGENVALUES}\n    tolerance = 0.0"),
)


@classify_critical_point.mistake(
    "zero_counts_as_up",
    "You compare with 0 and let an eigenvalue of 0 pass as a curvature upwards. How large does a "
    "curvature have to be, and what if one is missing?",
)
def _(hessian, tolerance):
    eigenvalues = np.linalg.eigvalsh(hessian)
    if np.all(eigenvalues >= 0):
        return "minimum"
    return "maximum" if np.all(eigenvalues <= 0) else "saddle"


classify_critical_point.family(
    "tolerance_fixed",
    "Your tolerance is the same whatever is asked: at tolerance 0.5 a curvature of 0.2 is "
    "flat. Where does the argument come in?",
    [
        (EIGENVALUES, f"{EIGENVALUES}\n    tolerance = {fixed}")
        for fixed in (1e-8, 1e-10, 1e-6, 1e-5, 1e-3)  # 1e-4 is the curvature of a case: a toss
    ],
    share=0.8,
)
classify_critical_point.mistake(
    "tolerance_relative",
    "Your tolerance grows with the largest eigenvalue: next to 100,000 a curvature of 0.01 is flat "
    "for you. A fair idea; what does the docstring compare with?",
    (EIGENVALUES, f"{EIGENVALUES}\n    tolerance = tolerance * np.abs(eigenvalues).max()"),
    share=0.5,
)
classify_critical_point.mistake(
    "flat_is_a_minimum",
    "You call a point with a flat direction a minimum: nothing is known about the direction in "
    "which the curvature is 0. Could the surface go down there?",
    ("np.all(eigenvalues > tolerance)", "np.all(eigenvalues > -tolerance)"),
)
classify_critical_point.mistake(
    "flat_is_a_saddle",
    "You call everything else a saddle, a flat direction too. Which of your eigenvalues is "
    "negative there?",
    ('return "degenerate"', 'return "saddle"'),
)
classify_critical_point.mistake(
    "flat_decides_first",
    "One flat direction makes you say degenerate, though diag(1, 0, -1) goes up one way and down "
    "another for certain. Can the flat direction change that?",
    (
        EIGENVALUES,
        f"{EIGENVALUES}\n    if np.any(np.abs(eigenvalues) <= tolerance):\n"
        '        return "degenerate"',
    ),
    share=0.5,
)
classify_critical_point.mistake(
    "minimum_and_maximum_swapped",
    "You call a valley a maximum and a summit a minimum. Does a positive curvature bend up or "
    "down?",
    ('return "minimum"', 'return "max" + "imum"'),
    ('return "maximum"', 'return "minimum"'),
)
classify_critical_point.mistake(
    "signs_lost",
    "Your numbers are never negative: absolute or singular values, not eigenvalues. What tells a "
    "summit from a valley?",
    (EIGENVALUES, "np.abs(np.linalg.eigvalsh(hessian))"),
)
classify_critical_point.mistake(
    "maximum_forgotten",
    "You never say maximum: every negative eigenvalue makes a saddle. What if all of them are "
    "negative?",
    ("np.any(eigenvalues > tolerance) and np.any(", "np.any("),
)
classify_critical_point.mistake(
    "majority_decides",
    "You let the directions vote, so that three curving up outvote one curving down. How many "
    "directions does it take to roll away?",
    (EIGENVALUES, "np.array([np.median(np.linalg.eigvalsh(hessian))])"),
)
classify_critical_point.mistake(
    "smallest_only",
    "You look at the smallest eigenvalue alone: at diag(-1, -2, 3) you see a maximum. Is the "
    "largest one negative as well?",
    (EIGENVALUES, "np.linalg.eigvalsh(hessian)[:1]"),
)


@classify_critical_point.style
def _(hessian, tolerance):
    curvatures = np.linalg.eigvals(hessian).real
    smallest, largest = min(curvatures), max(curvatures)
    if smallest < -tolerance and largest > tolerance:
        return "saddle"
    if smallest > tolerance:
        return "minimum"
    return "maximum" if largest < -tolerance else "degenerate"


@classify_critical_point.style
def _(hessian, tolerance):
    up = down = flat = 0
    for curvature in np.linalg.eigvalsh(hessian):
        if abs(curvature) <= tolerance:
            flat += 1
        elif curvature > 0:
            up += 1
        else:
            down += 1
    if up and down:
        return "saddle"
    if flat:
        return "degenerate"
    return "minimum" if up else "maximum"


@classify_critical_point.style
def _(hessian, tolerance):
    eigenvalues, _ = np.linalg.eigh(hessian)
    if eigenvalues[0] > tolerance:
        kind = "minimum"
    elif eigenvalues[-1] < -tolerance:
        kind = "maximum"
    elif eigenvalues[0] < -tolerance and eigenvalues[-1] > tolerance:
        kind = "saddle"
    else:
        kind = "degenerate"
    return kind


@classify_critical_point.style
def _(hessian, tolerance):
    eigenvalues = np.linalg.eigvalsh(hessian)
    signs = np.where(np.abs(eigenvalues) > tolerance, np.sign(eigenvalues), 0)
    kinds = {(1.0,): "minimum", (-1.0,): "maximum"}
    found = tuple(np.unique(signs).tolist())
    return "saddle" if {-1.0, 1.0} <= set(found) else kinds.get(found, "degenerate")


@classify_critical_point.style
def _(hessian, tolerance):
    eigenvalues = [float(value) for value in np.linalg.eigvalsh(np.asarray(hessian, dtype=float))]
    ups = [value > tolerance for value in eigenvalues]
    downs = [value < -tolerance for value in eigenvalues]
    if all(ups):
        return "minimum"
    if all(downs):
        return "maximum"
    return "saddle" if any(ups) and any(downs) else "degenerate"


lesson.number_quiz(
    "optima_smallest_eigenvalue",
    title="Positive entries",
    question=r"All entries of $\begin{pmatrix} 1 & 3 \\ 3 & 1 \end{pmatrix}$ are positive. What "
    "is its *smallest* eigenvalue? Answer with a number. (Try the directions $(1, 1)$ and $(1, "
    "-1)$.)",
    asks="a number, an eigenvalue",
    right=(
        -2,
        "The eigenvalues are 1 + 3 = 4 along (1, 1) and 1 - 3 = -2 along (1, -1): a saddle, "
        "although every entry is positive.",
    ),
    wrong={
        4: "That is the larger one, along (1, 1). What does the matrix do to (1, -1)?",
        1: "That is the diagonal: the curvature along w1. Along (1, -1) it is another; which?",
        2: "The size is right. Multiply the matrix with (1, -1): which way does the result point?",
        -8: "That is the determinant, the product of both eigenvalues. Their sum is the trace, 2.",
        3: "That is the entry off the diagonal. What does the matrix do to (1, -1)?",
        -3: "That would be the eigenvalue if the diagonal were 0. What does it do to (1, -1)?",
    },
    hints=(
        "An eigenvector keeps its direction. Multiply the matrix with (1, 1) and with (1, -1).",
        "By which factor has each of the two been stretched? A factor may be negative.",
        "The two eigenvalues add up to the sum of the diagonal, 2.",
    ),
)


@lesson.exercise(
    points=1,
    returns=("log10 of the probability",),
    hints=(
        "n independent fair coins, all heads: what is the probability?",
        "2 ** -20000 is 0 in floating-point numbers. Take the logarithm on paper, before any "
        "number is computed.",
        "The logarithm of a power is the exponent times the logarithm of its base.",
    ),
)
def log10_all_positive(n):
    """log10 of 2 ** -n, without ever computing 2 ** -n."""
    return -n * np.log10(2)


@log10_all_positive.cases
def _(rng):
    yield Case({"n": 1}, note="n = 1")
    yield Case({"n": 10}, note="n = 10")
    yield Case({"n": 20_000}, note="n = 20,000")
    yield Case({"n": 0}, note="no direction at all")
    yield Case({"n": int(rng.integers(20, 900))}, note="a few hundred directions")
    yield Case({"n": np.int64(rng.integers(30_000, 60_000))}, note="n from np.arange")
    yield Case({"n": 10**7}, note="a network of ten million weights")


LOGARITHM = "-n * np.log10(2)"


@log10_all_positive.mistake(
    "underflow",
    "For large n your probability becomes 0 before its logarithm is taken, and that is -inf. Where "
    "does the logarithm of a power leave its exponent?",
)
def _(n):
    with np.errstate(divide="ignore"):
        return np.log10(0.5**n)


@log10_all_positive.mistake(
    "underflow_raises",
    "At n = 20,000 your probability is too small for a float, and the computation stops. Where "
    "does the logarithm of a power leave its exponent?",
)
def _(n):
    return math.log10(0.5 ** int(n))


@log10_all_positive.mistake(
    "power_in_full",
    "You compute 2 ** n in full: at n = 20,000 a whole number of 6,021 digits, too long for "
    "NumPy's logarithm. Where does the logarithm of a power leave its exponent?",
)
def _(n):
    with np.errstate(divide="ignore"):
        return -np.log10(2**n)


@log10_all_positive.mistake(
    "power_in_full_by_math",
    "You compute 2 ** n in full. Python's own integers bear that; with a NumPy integer the power "
    "overflows. Where does the logarithm of a power leave its exponent?",
)
def _(n):
    return -math.log10(2**n)


log10_all_positive.mistake(
    "probability_itself",
    "You give back the probability, not its logarithm, and for large n that is 0. What does log10 "
    "make of 0.1?",
    (LOGARITHM, "0.5**n"),
)
log10_all_positive.mistake(
    "natural_logarithm",
    "Your logarithm is the natural one. Which base says how many zeros follow the point?",
    ("np.log10(2)", "np.log(2)"),
)
log10_all_positive.mistake(
    "logarithm_of_base_two",
    "Your logarithm has the base 2: it is -n. Which base says how many zeros follow the point?",
    (LOGARITHM, "-n * np.log2(2)"),
)
log10_all_positive.mistake(
    "sign_missing",
    "Your logarithm is positive: a probability larger than 1. Which sign does the "
    "logarithm of a half have?",
    ("-n *", "n *"),
)
log10_all_positive.mistake(
    "minima_and_maxima",
    "Yours is one factor of 2 too large: all positive or all negative. How many of these two were "
    "asked?",
    ("-n *", "(1 - n) *"),
)
log10_all_positive.mistake(
    "one_direction_too_many",
    "At n = 1 you have the probability of two directions. How many factors of a half are there?",
    ("-n *", "-(n + 1) *"),
)
log10_all_positive.mistake(
    "some_negative",
    "You compute the probability that not all signs are positive. Which of the two events gets "
    "rare when n grows?",
    (LOGARITHM, "np.log10(max(1 - 0.5 ** float(n), 1e-300))"),
)
log10_all_positive.mistake(
    "one_over_n",
    "You divide by n, or by a number that grows as n: the signs are independent, so what happens "
    "to the probability with every new direction?",
    (LOGARITHM, "-np.log10(2 * max(n, 1))"),
)
log10_all_positive.mistake(
    "whole_exponent",
    "Your logarithm is cut to a whole number. How much is 10 to the power 0.7?",
    (LOGARITHM, "int(-n * np.log10(2))"),
    share=0.5,
)
log10_all_positive.mistake(
    "rounded",
    "Your result is rounded to few digits. How much is lost at n = 10 ** 9?",
    (LOGARITHM, "-n * 0.301"),
    share=0.8,
)
log10_all_positive.mistake(
    "logarithm_of_n",
    "You take the logarithm of n: the number of directions. The probability of one is a half: "
    "where does that come in?",
    (LOGARITHM, "-2 * np.log10(max(n, 1))"),
)


@log10_all_positive.style
def _(n):
    return n * math.log10(0.5)


@log10_all_positive.style
def _(n):
    return -n / np.log2(10)


@log10_all_positive.style
def _(n):
    return float(np.log(0.5) / np.log(10) * n)


lesson.quiz(
    "optima_two_to_minus_n",
    points=2,
    title="Two to the minus n",
    question="What did the two measurements say about $2^{-n}$ as the probability of a minimum?",
    options={
        "a": (
            "it is right, apart from chance",
            "At n = 5 the measured share is more than 200 times smaller than 1/32. Which of the "
            "two measurements would 2^-n fit?",
        ),
        "b": (
            "it is always too large",
            "True for the first measurement. What did the second one, with the shifted matrices, "
            "show?",
        ),
        "c": (
            "too large without a shift, too small with a large one: the signs are not independent "
            "coins",
            "Without a shift the true probability falls much faster than 2^-n, since the "
            "eigenvalues repel each other; with a shift it is nearly 1. The signs are not "
            "independent coins. What stays is the message: where curvatures are mixed, saddles "
            "outnumber minima by far.",
        ),
        "d": (
            "nothing can be said, since minima were found in both",
            "Without a shift minima all but disappear by n = 8. On what did the outcome depend in "
            "the second measurement?",
        ),
    },
    right="c",
    hints=(
        "Two measurements were made, with and without a shift. Look at both printed tables.",
        "In which direction was 2^-n wrong in the first, and in which in the second?",
        "Would a number that is right on the average be right for either of them?",
    ),
)


@lesson.exercise(
    points=4,
    returns=("steps",),
    hints=(
        "One loop: gradient, update, then look how far the point is from where it began.",
        "The state is None before the first step; hand the new state to the next step.",
        "The distance is the Euclidean length of w - w0, which np.linalg.norm computes.",
        "Return the number of steps as soon as the distance is larger; after the loop, None.",
    ),
)
def steps_to_escape(gradient, update, w0, threshold, max_steps):
    """The number of steps until w is farther than `threshold` from w0; None if it never is."""
    w, state = w0, None
    for step in range(1, max_steps + 1):
        w, state = update(w, gradient(w), state)
        if np.linalg.norm(w - w0) > threshold:
            return step
    return None


def _escape(problem, optimizer, w0, threshold, max_steps, note, **settings):
    args = {
        "gradient": _surface(problem) if isinstance(problem, str) else problem,
        "update": Recipe(f"optlab.optimizers:{optimizer}", settings),
        "w0": np.array(w0),
        "threshold": threshold,
        "max_steps": max_steps,
    }
    return Case(args, note=note)


@steps_to_escape.cases
def _(rng):
    yield _escape(
        "saddle",
        "gradient_descent",
        [0.3, 0.01],
        0.5,
        200,
        "a start beside the saddle",
        learning_rate=0.1,
    )
    yield _escape(
        "saddle",
        "momentum",
        [0.0, 0.001],
        0.5,
        500,
        "an update with a state",
        learning_rate=0.2,
        beta=0.8,
    )
    yield _escape(
        "saddle",
        "gradient_descent",
        [0.0, 0.0],
        0.5,
        300,
        "a start exactly on the saddle",
        learning_rate=0.1,
    )
    start = [float(rng.uniform(0.2, 0.4)), float(10 ** rng.uniform(-9, -4))]
    yield _escape("saddle", "heavy_ball", start, 0.4, 900, "a tiny offset", learning_rate=0.05)
    start = [float(rng.uniform(2.5, 3.2))]
    yield _escape("plateau", "adam", start, 1.5, 900, "a plateau", learning_rate=0.02)
    yield _escape(
        "plateau", "rmsprop", [2.0, -2.0], 1.0, 900, "a plateau in 2-D", learning_rate=0.01
    )
    yield _escape("saddle", "gradient_descent", [1, 1], 0.5, 90, "a whole w0", learning_rate=0.2)
    once = {"learning_rate": 1.0}
    yield _escape("saddle", "gradient_descent", [1.0, 0.0], 0.9, 5, "one step is enough", **once)
    last = {"learning_rate": 0.5}
    yield _escape("saddle", "gradient_descent", [1.0, 0.0], 0.7, 2, "the last step allowed", **last)
    note = "a distance of exactly the threshold, and no step after it"
    yield _escape("saddle", "gradient_descent", [1.0, 0.0], 0.5, 1, note, **last)
    cubic = {"H": (-np.eye(3)).tolist(), "A": [[0.0, 0.0, 0.0]]}
    cubic = Recipe("optlab.problems:cubic_gradient", cubic)
    away = rng.uniform(0.01, 0.02, size=3) * [1, -1, 1]
    yield _escape(cubic, "gradient_descent", away, 0.6, 99, "three dimensions", learning_rate=0.1)


FAR = "np.linalg.norm(w - w0) > threshold"
MOVE = "w, state = update(w, gradient(w), state)"
steps_to_escape.mistake(
    "state_begins_at_zero",
    "Your state is a number before the first step, and the update takes it for something that it "
    "handed out itself. What does the docstring put there?",
    ("w, state = w0, None", "w, state = w0, 0"),
)
steps_to_escape.mistake(
    "counted_from_zero",
    "Your count is one too small: you call the first step number 0. How many steps have been made "
    "when you look for the first time?",
    ("return step", "return step - 1"),
)
steps_to_escape.mistake(
    "counted_one_too_many",
    "Your count is one too large. How many steps have been made when you look for the first time?",
    ("return step", "return step + 1"),
)
steps_to_escape.mistake(
    "threshold_is_far_enough",
    "You stop where the distance is exactly the threshold. What does farther than it mean?",
    ("> threshold", ">= threshold"),
)
steps_to_escape.mistake(
    "last_step_missing",
    "An escape at the very last of max_steps steps goes unnoticed in yours. After which steps is "
    "the distance looked at?",
    ("max_steps + 1", "max_steps"),
)
steps_to_escape.mistake(
    "one_step_over_the_limit",
    "You make more steps than max_steps allows. What is the largest number that you may give back?",
    ("max_steps + 1", "max_steps + 2"),
)
steps_to_escape.mistake(
    "distance_from_zero",
    "You measure the distance from 0, so that a start far from 0 has escaped at once. From where "
    "does the escape begin?",
    ("np.linalg.norm(w - w0)", "np.linalg.norm(w)"),
)
steps_to_escape.mistake(
    "squared_distance",
    "You compare the squared distance with the threshold. What is the last step of the Euclidean "
    "length?",
    ("np.linalg.norm(w - w0)", "np.sum((w - w0) ** 2)"),
)
steps_to_escape.mistake(
    "largest_coordinate",
    "You look at the coordinate that has moved farthest. What does Pythagoras say about "
    "the others?",
    ("np.linalg.norm(w - w0)", "np.max(np.abs(w - w0))"),
)
steps_to_escape.mistake(
    "sum_of_coordinates",
    "You add the coordinates' distances up: around the block instead of straight across. What does "
    "Pythagoras say?",
    ("np.linalg.norm(w - w0)", "np.sum(np.abs(w - w0))"),
)
steps_to_escape.mistake(
    "last_coordinate",
    "You look at the last coordinate alone. In which direction may a point escape?",
    ("np.linalg.norm(w - w0)", "abs(w[-1] - w0[-1])"),
)
steps_to_escape.mistake(
    "first_coordinate",
    "You look at the first coordinate alone. In which direction may a point escape?",
    ("np.linalg.norm(w - w0)", "abs(w[0] - w0[0])"),
)
steps_to_escape.mistake(
    "every_coordinate_must_be_far",
    "You wait until each coordinate alone is farther than the threshold. How far is a point that "
    "moves along one axis?",
    (FAR, "np.all(np.abs(w - w0) > threshold)"),
)
steps_to_escape.mistake(
    "signed_distance",
    "You forget that w may move towards negative numbers: w - w0 is then below the threshold for "
    "ever. How long is an arrow that points left?",
    (FAR, "np.any(w - w0 > threshold)"),
)
steps_to_escape.mistake(
    "still_inside",
    "You stop while the point is still near: at the first step that is not an escape. Which way "
    "does the comparison point?",
    ("> threshold", "< threshold"),
)
steps_to_escape.mistake(
    "state_forgotten",
    "Every step of yours begins with an empty state, so momentum never builds up. Where does the "
    "state of the last step go?",
    (MOVE, "w, _state = update(w, gradient(w), None)"),
)
steps_to_escape.mistake(
    "never_moves",
    "You give back None even where the point gets away. Between which two points do you measure, "
    "and is the new one kept, in an array of its own?",
    (MOVE, "_w, state = update(w, gradient(w), state)"),
)
steps_to_escape.mistake(
    "gradient_at_the_start",
    "Your gradient is always that of w0, next to nothing near a saddle. Where is the point when "
    "you ask for the slope?",
    ("gradient(w)", "gradient(w0)"),
)
steps_to_escape.mistake(
    "limit_for_never",
    "Where the point never escapes you give back max_steps, as if it had at the last one. What "
    "does the docstring ask for?",
    ("return None", "return max_steps"),
)
steps_to_escape.mistake(
    "minus_one_for_never",
    "Where the point never escapes you give back -1. A fair sign elsewhere; what does the "
    "docstring ask for?",
    ("return None", "return -1"),
    share=0.5,
)
steps_to_escape.mistake(
    "gradient_for_distance",
    "You wait for a large gradient and not for a distance. What should be farther than the "
    "threshold?",
    ("np.linalg.norm(w - w0)", "np.linalg.norm(gradient(w))"),
)
steps_to_escape.mistake(
    "length_of_one_step",
    "You measure the last step alone, and single steps stay short. From where to where does the "
    "distance run?",
    (f"        {MOVE}", f"        before = w\n        {MOVE}"),
    ("np.linalg.norm(w - w0)", "np.linalg.norm(w - before)"),
)


@steps_to_escape.mistake(
    "counts_all_steps_outside",
    "You go on after the escape and count all of the steps outside. Which is the first?",
)
def _(gradient, update, w0, threshold, max_steps):
    w, state, outside = w0, None, 0
    for _ in range(max_steps):
        w, state = update(w, gradient(w), state)
        outside += int(np.linalg.norm(w - w0) > threshold)
    return outside or None


@steps_to_escape.mistake(
    "cuts_to_whole_numbers",
    "With a whole w0 your new points are cut to whole numbers: they are written into a copy of "
    "its array. What would a new array do?",
    share=0.8,
)
def _(gradient, update, w0, threshold, max_steps):
    w, state = w0.copy(), None
    for step in range(1, max_steps + 1):
        w[:], state = update(w, gradient(w), state)
        if np.linalg.norm(w - w0) > threshold:
            return step
    return None


@steps_to_escape.style
def _(gradient, update, w0, threshold, max_steps):
    w, state, steps = w0.copy(), None, 0
    while steps < max_steps:
        g = gradient(w)
        w, state = update(w, g, state)
        steps += 1
        if np.sqrt(np.sum((w - w0) ** 2)) > threshold:
            return steps


@steps_to_escape.style
def _(gradient, update, w0, threshold, max_steps):
    w, state = np.array(w0, dtype=float), None
    for done in range(max_steps):
        w, state = update(w, gradient(w), state)
        moved = w - w0
        if math.sqrt(moved @ moved) > threshold:
            return np.int64(done + 1)
    return None


@steps_to_escape.style
def _(gradient, update, w0, threshold, max_steps):
    path, state = [w0], None
    for _ in range(max_steps):
        w, state = update(path[-1], gradient(path[-1]), state)
        path.append(w)
    distances = np.linalg.norm(np.array(path) - w0, axis=1)
    far = np.flatnonzero(distances > threshold)
    return int(far[0]) if far.size else None


@steps_to_escape.style
def _(gradient, update, w0, threshold, max_steps):
    answer, w, state = None, w0, None
    for step in range(max_steps):
        w, state = update(w, gradient(w), state)
        if math.dist(w, w0) > threshold:
            answer = step + 1
            break
    return answer


@steps_to_escape.style
def _(gradient, update, w0, threshold, max_steps):
    def distances():
        w, state = w0, None
        for _ in range(max_steps):
            w, state = update(w, gradient(w), state)
            yield np.hypot.reduce(np.abs(w - w0))

    return next((i for i, far in enumerate(distances(), 1) if far > threshold), None)


lesson.quiz(
    "optima_symmetric_start",
    title="Who gets away?",
    question="All four start at $(1, 0)$, *exactly* on the ridge (능선), and make 1,000 steps. "
    "Who leaves the ridge?",
    options={
        "a": (
            "none of them",
            "On the ridge the gradient's component across it is exactly 0, so that velocity, "
            "averages and steps across it are 0 too, for ever. Only something that breaks the "
            "symmetry helps: noise, mini-batches, or rounding errors.",
        ),
        "b": (
            "momentum, because it adds up what is left of the gradient",
            "Momentum adds up past gradients. What is the sum of ten thousand zeros?",
        ),
        "c": (
            "RMSprop and Adam, because they divide by the size of the gradient",
            "Adam divides 0 by 0 + epsilon. How large is that step?",
        ),
        "d": (
            "all of them, because of rounding errors",
            "Rounding can do that on other surfaces. Here every number across the ridge is 0: "
            "what is there to round?",
        ),
    },
    right="a",
    afterwards="Answer before you run the cell below.",
    hints=(
        "Which gradient does each of them see across the ridge?",
        "An optimizer adds up, averages and rescales what it sees. What can come of that here?",
        "Rounding errors need digits to be cut off. Which digits does this gradient have?",
    ),
)


@lesson.exercise(
    points=4,
    returns=("path",),
    hints=(
        "The path starts with w0 itself, which is not kicked, and gains one point per step.",
        "A step: draw one kick, move the point by it, ask for the gradient there, update there.",
        "rng.normal(size=w.shape) has standard deviation 1; noise stretches it.",
        "Draw once in each step, at its beginning, and hand on the state as in any descent.",
    ),
    views_allowed=True,
)
def perturbed_descent(gradient, w0, update, steps, noise, rng):
    """Descent in which every step first kicks the point by noise * rng.normal(size=w.shape)."""
    path, w, state = [w0], w0, None
    for _ in range(steps):
        kicked = w + noise * rng.normal(size=w.shape)
        w, state = update(kicked, gradient(kicked), state)
        path.append(w)
    return np.array(path)


def _kicks(problem, optimizer, w0, steps, noise, seed, note, calls=1, **settings):
    args = {
        "gradient": problem,
        "w0": np.array(w0),
        "update": Recipe(f"optlab.optimizers:{optimizer}", settings),
        "steps": steps,
        "noise": noise,
        "rng": Seed(seed),
    }
    return Case(args, then=({},) * (calls - 1), note=note)


@perturbed_descent.cases
def _(rng):
    ridge, bowl = _surface("saddle"), _surface("bowl", kappa=6.0, angle=20.0)
    yield _kicks(
        ridge,
        "gradient_descent",
        [1.0, 0.0],
        4,
        0.01,
        1,
        "a start on the ridge",
        learning_rate=0.1,
    )
    yield _kicks(
        ridge,
        "momentum",
        [1.0, 0.0],
        5,
        0.1,
        2,
        "an update with a state",
        learning_rate=0.5,
        beta=0.8,
    )
    seeds = [int(seed) for seed in rng.integers(3, 10**6, 6)]
    start = rng.normal(size=2)
    yield _kicks(bowl, "adam", start, 30, 0.05, seeds[0], "many steps", learning_rate=0.1)
    yield _kicks(
        bowl,
        "gradient_descent",
        start,
        3,
        0.5,
        seeds[1],
        "two runs with one generator",
        calls=2,
        learning_rate=0.05,
    )
    cubic = _cubic(rng, 3)
    three = rng.normal(size=3)
    yield _kicks(cubic, "momentum", three, 4, 0.2, seeds[2], "three dimensions", learning_rate=0.01)
    yield _kicks(
        bowl, "gradient_descent", [2, -3], 3, 0.3, seeds[3], "a whole w0", learning_rate=0.1
    )
    yield _kicks(bowl, "heavy_ball", start, 6, 0.0, seeds[4], "no noise", learning_rate=0.02)
    yield _kicks(bowl, "momentum", start, 0, 0.1, seeds[5], "no step at all", learning_rate=0.02)


BEGIN = "path, w, state = [w0], w0, None"
KICK = "kicked = w + noise * rng.normal(size=w.shape)"
UPDATE = "w, state = update(kicked, gradient(kicked), state)"
perturbed_descent.mistake(
    "state_begins_at_zero",
    "Your state is a number before the first step, and the update takes it for something that it "
    "handed out itself. What does the docstring put there?",
    ("path, w, state = [w0], w0, None", "path, w, state = [w0], w0, 0"),
)
perturbed_descent.mistake(
    "noise_is_the_mean",
    "Your kicks have the mean noise and the standard deviation 1: the first number that normal "
    "takes is the mean. Which of the two does the docstring give?",
    ("noise * rng.normal(size=w.shape)", "rng.normal(noise, size=w.shape)"),
)
perturbed_descent.mistake(
    "kick_not_kept",
    "Your gradient is that of the kicked point, and the step starts from the point before the "
    "kick. From where does the update go on?",
    ("update(kicked, ", "update(w, "),
)
perturbed_descent.mistake(
    "gradient_before_the_kick",
    "Your gradient is that of the point before the kick, or the kick comes after the step, which "
    "is the same. On a ridge that gradient is 0 across: what is it after the kick?",
    ("gradient(kicked)", "gradient(w)"),
)
perturbed_descent.mistake(
    "noise_in_the_gradient",
    "You disturb the gradient, as mini-batches do, and not the point: the kick is then scaled by "
    "the learning rate. Which of the two does the docstring disturb?",
    (UPDATE, "w, state = update(w, gradient(w) + (kicked - w), state)"),
)
perturbed_descent.mistake(
    "one_number_for_all_coordinates",
    "You draw one number and add it to every coordinate: all kicks go along the diagonal. How many "
    "numbers does a point need?",
    ("rng.normal(size=w.shape)", "rng.normal()"),
)
perturbed_descent.mistake(
    "same_kick_every_step",
    "You draw one kick and use it at every step, which is a steady wind and no noise. When is a "
    "new one drawn?",
    (BEGIN, f"{BEGIN}\n    wind = noise * rng.normal(size=w.shape)"),
    (KICK, "kicked = w + wind"),
)
perturbed_descent.mistake(
    "kicked_once",
    "You kick the start and never again. How often does the docstring draw?",
    ("for _ in range(steps)", "for step in range(steps)"),
    (KICK, "kicked = w if step else w + noise * rng.normal(size=w.shape)"),
)
perturbed_descent.mistake(
    "uniform_kicks",
    "Your kicks are uniform between -1 and 1. Which distribution does the docstring draw from?",
    ("rng.normal(size=w.shape)", "rng.uniform(-1, 1, size=w.shape)"),
)
perturbed_descent.mistake(
    "kicks_of_one_sign",
    "Your kicks are never negative: all push the same way. What is the mean of rng.random?",
    ("rng.normal(size=w.shape)", "rng.random(size=w.shape)"),
)
perturbed_descent.mistake(
    "noise_ignored",
    "Your kicks have standard deviation 1 whatever noise is: a hundred times too wide at 0.01. "
    "Where does noise come in?",
    ("noise * rng", "rng"),
)
perturbed_descent.mistake(
    "noise_squared",
    "Your kicks have the standard deviation noise ** 2: 0.0001 where 0.01 was asked. Is noise a "
    "variance here?",
    ("noise * rng", "noise**2 * rng"),
)
perturbed_descent.mistake(
    "noise_is_a_variance",
    "Your kicks have the standard deviation sqrt(noise): 0.1 where 0.01 was asked. Is noise a "
    "variance here?",
    ("noise * rng", "noise**0.5 * rng"),
)
perturbed_descent.mistake(
    "no_kicks",
    "Your point stays on the ridge: no kick reaches it. Where does rng come in?",
    (KICK, "kicked = w"),
)
perturbed_descent.mistake(
    "kick_subtracted",
    "Your kicks are the mirror images of the asked ones: just as random, and with the same "
    "generator another path. Is the kick added or subtracted?",
    ("w + noise", "w - noise"),
    share=0.8,
)
perturbed_descent.mistake(
    "kick_scaled_by_the_point",
    "Your kick is proportional to w, so that a coordinate that is exactly 0 is never kicked. Does "
    "the docstring multiply or add?",
    (KICK, "kicked = w * (1 + noise * rng.normal(size=w.shape))"),
)
perturbed_descent.mistake(
    "own_generator",
    "You make a generator of your own, so that every run gets the same kicks. Which one were you "
    "given?",
    (BEGIN, f"{BEGIN}\n    rng = np.random.default_rng(0)"),
)
perturbed_descent.mistake(
    "new_seed_every_step",
    "You seed a generator in the loop, so that all kicks are the same. When does a generator have "
    "to be made?",
    ("rng.normal(", "np.random.default_rng(0).normal("),
)
perturbed_descent.mistake(
    "start_missing",
    "Your path begins after the first step: the start is missing. How many points do four steps "
    "connect?",
    ("path, w, state = [w0]", "path, w, state = []"),
)
perturbed_descent.mistake(
    "one_step_too_many",
    "You make one step too many. How many points do four steps connect?",
    ("range(steps)", "range(steps + 1)"),
)
perturbed_descent.mistake(
    "one_step_too_few",
    "You make one step too few. How many points do four steps connect?",
    ("range(steps)", "range(steps - 1)"),
)
perturbed_descent.mistake(
    "state_forgotten",
    "Every step of yours begins with an empty state, so momentum never builds up. Where does the "
    "state of the last step go?",
    (UPDATE, "w, _state = update(kicked, gradient(kicked), None)"),
)
perturbed_descent.mistake(
    "never_moves_on",
    "Every step of yours starts from w0 again. What should the next step begin from?",
    (UPDATE, "moved, state = update(kicked, gradient(kicked), state)"),
    ("path.append(w)", "path.append(moved)"),
)
perturbed_descent.mistake(
    "kicked_points_in_the_path",
    "Your path holds the kicked points and not those after the update. Which of the two does a "
    "step end with?",
    ("path.append(w)", "path.append(kicked)"),
)
perturbed_descent.mistake(
    "only_the_end",
    "You give back the last point only. What would a plot of the path need?",
    ("return np.array(path)", "return np.array(path[-1])"),
)
perturbed_descent.mistake(
    "transposed",
    "Your path has one column per step; asked is shape (steps + 1, n). What is a row?",
    ("return np.array(path)", "return np.array(path).T"),
)


@perturbed_descent.mistake(
    "resets_the_global_seed",
    "You seed and use NumPy's global random state: every other random number of the notebook is "
    "changed with it. Which generator were you given?",
)
def _(gradient, w0, update, steps, noise, rng):
    np.random.seed(0)
    path, w, state = [w0], w0, None
    for _ in range(steps):
        kicked = w + noise * np.random.normal(size=w.shape)
        w, state = update(kicked, gradient(kicked), state)
        path.append(w)
    return np.array(path)


@perturbed_descent.mistake(
    "works_in_place",
    "Your first kick is written into the array of w0: w0 has moved, and a whole w0 cuts the kick "
    "to whole numbers. Where could the kicked point live instead?",
    share=0.8,
)
def _(gradient, w0, update, steps, noise, rng):
    path, w, state = [w0.copy()], w0, None
    for _ in range(steps):
        w[:] = w + noise * rng.normal(size=w.shape)
        w, state = update(w, gradient(w), state)
        path.append(w.copy())
    return np.array(path)


@perturbed_descent.mistake(
    "fails_on_integers",
    "With a whole w0 your kick in place fails: NumPy does not put floats into an integer array. "
    "What would a new array do?",
    share=0.8,
)
def _(gradient, w0, update, steps, noise, rng):
    path, w, state = [w0], w0.copy(), None
    for _ in range(steps):
        w += noise * rng.normal(size=w.shape)
        w, state = update(w, gradient(w), state)
        path.append(w.copy())
    return np.array(path)


@perturbed_descent.style
def _(gradient, w0, update, steps, noise, rng):
    path = np.empty((steps + 1, len(w0)))
    path[0] = w0
    state = None
    for i in range(steps):
        start = path[i] + rng.normal(0.0, noise, size=len(w0))
        path[i + 1], state = update(start, gradient(start), state)
    return path


@perturbed_descent.style
def _(gradient, w0, update, steps, noise, rng):
    kicks = noise * rng.normal(size=(steps, len(w0)))
    w, state = w0, None
    path = [w0]
    for kick in kicks:
        w = w + kick
        w, state = update(w, gradient(w), state)
        path.append(w)
    return np.stack(path)


@perturbed_descent.style
def _(gradient, w0, update, steps, noise, rng):
    w, state = np.array(w0, dtype=float), None
    path = [w.copy()]
    while len(path) <= steps:
        w += noise * rng.standard_normal(w.shape)
        w, state = update(w, gradient(w), state)
        path.append(w.copy())
    return np.vstack(path)


@perturbed_descent.style
def _(gradient, w0, update, steps, noise, rng):
    path, state = [w0.copy()], None
    for _ in range(steps):
        kicked = rng.normal(loc=path[-1], scale=noise)
        w, state = update(kicked, gradient(kicked), state)
        path += [w]
    return np.array(path)


@perturbed_descent.style
def _(gradient, w0, update, steps, noise, rng):
    path, w, state = [list(w0)], w0, None
    for _ in range(steps):
        kicked = np.array([x + noise * rng.normal() for x in w])
        w, state = update(kicked, gradient(kicked), state)
        path.append(list(w))
    return path


@perturbed_descent.style
def _(gradient, w0, update, steps, noise, rng):
    path, w, state = [w0], w0, None
    for _ in range(steps):
        kicked = w + noise * rng.normal(size=w.shape)
        w, state = update(kicked, gradient(kicked), state)
        path.append(w)
    return path


lesson.quiz(
    "optima_plateau",
    title="What is a plateau?",
    question="",
    options={
        "a": (
            "the stretch of a surface that leads to a saddle point",
            "That is one example. The surface 1 - exp(-w^2 / 2) has no saddle anywhere: what did "
            "gradient descent do at w = 5?",
        ),
        "b": (
            "any region where the gradient stays close to zero for long",
            "Flat is flat: next to a saddle, in a saturated sigmoid, or on a plain far from the "
            "hole. The stretch towards a saddle is one example of a plateau, not what the word "
            "means.",
        ),
        "c": (
            "a local minimum with a wide bottom",
            "At a minimum the gradient is 0 as well, and nobody wants to leave. What makes "
            "training slow before it gets there?",
        ),
        "d": (
            "any region where the cost is high",
            "A high cost can be steep and a low one flat. Which quantity sets the length of a "
            "step?",
        ),
    },
    right="b",
    hints=(
        "In this lesson one plateau had no saddle anywhere near.",
        "What was the same in all three places of the last experiment but one?",
        "What sets the length of a step of gradient descent?",
    ),
)


# A bug to find: curvatures along the axes.


@lesson.exercise(
    points=2,
    returns=("kind",),
    hints=(
        "Walk from the point along (1, -1), not along an axis. Does the cost rise for the first "
        "matrix?",
        "The diagonal holds the curvatures along the axes. Which directions does that leave out?",
        "One function of NumPy gives the curvatures along the directions that matter, for a "
        "symmetric matrix.",
    ),
)
def repair_by_the_diagonal(hessian):
    """The function by_the_diagonal, repaired."""
    curvatures = np.linalg.eigvalsh(hessian)
    if (curvatures > 0).all():
        return "minimum"
    if (curvatures < 0).all():
        return "maximum"
    return "saddle"


def _with_eigenvalues(rng, *eigenvalues):
    turned, _ = np.linalg.qr(rng.normal(size=(len(eigenvalues), len(eigenvalues))))
    hessian = turned * np.array(eigenvalues) @ turned.T
    return (hessian + hessian.T) / 2


@repair_by_the_diagonal.cases
def _(rng):
    yield Case({"hessian": np.array([[1.0, 2.0], [2.0, 1.0]])}, note="a plus on the diagonal")
    yield Case({"hessian": np.array([[-1.0, 3.0], [3.0, -2.0]])}, note="a minus on the diagonal")
    yield Case({"hessian": np.array([[2.0, -1.0], [-1.0, 2.0]])}, note="a minus beside it")
    yield Case({"hessian": np.diag(rng.uniform(-3, -1, 3))}, note="a hill")
    one, two, three = rng.uniform(0.5, 3, size=3).tolist()
    yield Case({"hessian": _with_eigenvalues(rng, one, two, three)}, note="a hollow, turned")
    yield Case({"hessian": _with_eigenvalues(rng, -one, -two, -three)}, note="a hill, turned")
    yield Case({"hessian": _with_eigenvalues(rng, -one, -two, three)}, note="two ways down")
    yield Case({"hessian": _with_eigenvalues(rng, -one, two, three)}, note="one way down")
    one, two = rng.uniform(0.01, 0.1, size=2).tolist()
    yield Case({"hessian": _with_eigenvalues(rng, one, two)}, note="a flat hollow")


CURVATURES = "np.linalg.eigvalsh(hessian)"
repair_by_the_diagonal.mistake(
    "still_the_diagonal",
    "[[1, 2], [2, 1]] is still a minimum, and along (1, -1) the cost falls. Which directions does "
    "the diagonal not know?",
    (CURVATURES, "np.diag(hessian)"),
)
repair_by_the_diagonal.mistake(
    "all_entries",
    "[[2, -1], [-1, 2]] is no minimum for you, because an entry is negative. Which numbers of a "
    "matrix tell the curvatures?",
    (CURVATURES, "hessian"),
)
repair_by_the_diagonal.mistake(
    "determinant",
    "You go by the determinant alone: a hill in two dimensions has a positive one, like a hollow. "
    "How many signs are there to know?",
    (CURVATURES, "np.array([np.linalg.det(hessian)])"),
)


@repair_by_the_diagonal.mistake(
    "determinant_and_first_entry",
    "You go by the determinant and the first entry, the test for two variables. What sign has the "
    "determinant when three curvatures are negative?",
)
def _(hessian):
    determinant = np.linalg.det(hessian)
    if determinant < 0:
        return "saddle"
    return "minimum" if hessian[0, 0] > 0 else "maximum"


repair_by_the_diagonal.mistake(
    "trace",
    "You go by the sum of the curvatures: a long way up outweighs a short way down. How many ways "
    "down does a minimum have?",
    (CURVATURES, "np.array([np.trace(hessian)])"),
)
repair_by_the_diagonal.mistake(
    "singular_values",
    "Your curvatures are never negative: singular values have no sign. What has?",
    (CURVATURES, "np.linalg.svd(hessian)[1]"),
)
repair_by_the_diagonal.family(
    "one_direction_up",
    "You call a point a minimum as soon as one direction rises. How many must?",
    [
        ("(curvatures > 0).all()", "(curvatures > 0).any()"),
        (CURVATURES, f"{CURVATURES}[-1:]"),
    ],
)
repair_by_the_diagonal.family(
    "one_direction_down",
    "You call a point a maximum as soon as one direction falls. How many must?",
    [
        ("(curvatures < 0).all()", "(curvatures < 0).any()"),
        (CURVATURES, f"{CURVATURES}[:1]"),
    ],
)
repair_by_the_diagonal.mistake(
    "swapped",
    "Hollows are hills for you, and hills hollows. What does the cost do where a curvature is "
    "positive?",
    ('"minimum"', '"a"'),
    ('"maximum"', '"minimum"'),
    ('"a"', '"maximum"'),
)


@repair_by_the_diagonal.style
def _(hessian):
    signs = {float(np.sign(value)) for value in np.linalg.eigvals(hessian).real}
    return "saddle" if len(signs) > 1 else "minimum" if 1.0 in signs else "maximum"


@repair_by_the_diagonal.style
def _(hessian):
    lowest, *_, highest = np.linalg.eigh(hessian)[0]
    if lowest > 0:
        return "minimum"
    return "maximum" if highest < 0 else "saddle"
