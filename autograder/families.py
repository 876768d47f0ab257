"""Families of mistakes that exercises of several lessons share, each written once.

They are edits of the reference, so the references must be written alike: a loop over `key in
params`, results that begin as empty dicts, a step that is subtracted from `params[key]`.
"""

import re

from autograder.exercise import Function

LOOP = "    for key in params:"
ZEROS = "np.zeros(params[key].shape)"


def zeros(start: Function, *places: str, average: str, update: str) -> None:
    """Starts that are zeros, but of another form.

    places: what stands before the zeros, once for each dict of them. average, update: the letter
    of an average and the function that looks it up.
    """

    def instead(*others: str) -> list[list[tuple[str, str]]]:
        return [[(place + ZEROS, place + other) for place in places] for other in others]

    start.family(
        "wrong_shape",
        f"Your zeros have one number for each row of a matrix. Which shape must {average} have so "
        f"that {average} and dW can be added element by element?",
        instead("np.zeros(len(params[key]))", "np.zeros((params[key].shape[0], 1))"),
    )
    start.family(
        "zeros_of_another_type",
        "Your zeros are right as numbers, and their arrays are not made for float64: what is "
        "written into them later is cut to what they can hold. Which type has np.zeros by itself?",
        instead(*(f"{ZEROS[:-1]}, dtype={kind})" for kind in ("int", "bool", "np.float32"))),
        share=0.8,
    )
    start.family(
        "zeros_in_lists",
        "Your zeros are right as numbers, and they stand in lists: beta times a list is not what "
        "the update needs. What makes an array of zeros?",
        instead(f"{ZEROS}.tolist()"),
        share=0.8,
    )
    start.family(
        "keys_of_gradients",
        "Your keys are dW1, db1, ...; the course uses the same keys as params. Which key would "
        f"{update} look up?",
        [[(place, place.replace("[key]", '["d" + key]')) for place in places]],
    )


def weights_only(update: Function, given: str, loop: str = LOOP) -> None:
    """An update that leaves the biases alone.

    given: the dicts whose successors the reference makes, in its order. loop: the loop that steps,
    where there are several.
    """
    names, fresh = _fresh(update)
    copies = ", ".join(f"{{**{one}}}" for one in given.split(", "))
    update.mistake(
        "weights_only",
        "Your weights learn and your biases stay where they are. Which keys does your loop visit?",
        (f"{names} = {fresh}", f"{names} = {copies}"),
        (loop, loop.replace("in params:", 'in [key for key in params if key[0] == "W"]:')),
    )


def works_in_place(update: Function, given: str, said: str) -> None:
    """An update that puts its results into the dicts that it was given; see `weights_only`."""
    names, fresh = _fresh(update)
    edit = (f"{names} = {fresh}", f"{names} = {given}")
    update.mistake("works_in_place", said, edit, share=0.8)


def _fresh(update: Function) -> tuple[str, str]:
    """Both sides of the line with which the reference makes its new dicts."""
    found = re.search(r"^ +(.*) = ({}(?:, {})*)$", update.source, re.MULTILINE)
    if found is None:
        raise ValueError(f"{update.name}: no line makes empty dicts")
    return found[1], found[2]


def fails_on_integers(update: Function) -> None:
    """A step that is subtracted in place."""
    update.mistake(
        "fails_on_integers",
        "With integer parameters your subtraction in place fails: NumPy does not put floats into "
        "an integer array. What would a new array do?",
        (
            "new_params[key] = params[key] - ",
            "new_params[key] = params[key].copy()\n        new_params[key] -= ",
        ),
        share=0.8,
    )


def uphill(update: Function, step: str = "params[key] - learning_rate") -> None:
    """A step with the other sign."""
    update.mistake(
        "uphill",
        "Your parameters move up the gradient: the cost would rise. Which sign does a descent "
        "step have?",
        (step, step.replace(" - ", " + ")),
    )


ON_THE_SLIDE = (
    "Your epsilon is inside the root, as on the lecture slide: there it counts like its own root, "
    "and weights with tiny gradients hardly move. Where should it stand?"
)
A_HUNDREDTH = (
    "Your epsilon is inside the root: a first gradient of 1e-6 moves the weight by 0.01 learning "
    "rates, the form asked for by 0.99. Where should it stand?"
)


def epsilon(update: Function, root: str, inside: str) -> None:
    """Other places for the epsilon of a denominator, or none; `inside`: what the first is told."""
    right = f"({root} + epsilon)"
    update.mistake(
        "epsilon_inside_the_root",
        inside,
        (f"{root} + epsilon", f"{root[:-1]} + epsilon)"),
        share=0.5,
    )
    update.mistake(
        "epsilon_after_the_division",
        "A gradient that has always been zero gives 0/0 in your step, and any other step gets "
        "epsilon on top. What does Python do first, the division or the sum?",
        (right, f"{root} + epsilon"),
    )
    update.mistake(
        "no_epsilon",
        "A weight whose gradient has always been zero becomes nan: your step is 0/0. Which "
        "argument of the function did you not use?",
        (right, root),
    )


def epsilon_elsewhere(update: Function, root: str) -> None:
    """More places for it."""
    right = f"({root} + epsilon)"
    update.mistake(
        "epsilon_inside_and_outside",
        "Your denominator holds epsilon twice, in the root and after it. For tiny gradients only "
        "one of them is harmless. Which one is asked for?",
        (f"{root} + epsilon", f"{root[:-1]} + epsilon) + epsilon"),
        share=0.5,
    )
    update.mistake(
        "epsilon_added_to_the_weight",
        "Without its brackets your epsilon belongs to the weight and not to the denominator: every "
        "weight rises by epsilon in each step. What should stand below the line?",
        (right, root),
        ("learning_rate * step", "learning_rate * step + epsilon"),
    )
    update.mistake(
        "epsilon_multiplied",
        "You multiply the root by epsilon, which makes the denominator tiny and the steps "
        "gigantic. What is epsilon to do to a denominator that is zero?",
        (right, f"({root} * epsilon)"),
    )
