"""Answers as a learner's cell holds them, which has only what the notebook imports."""

import builtins
import dis
from types import CodeType

from autograder.answer import standing_alone
from autograder.exercises import lessons

THERE = {"np", *dir(builtins)}


def _globals(code: CodeType) -> set[str]:
    used = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return used.union(*map(_globals, inner))


def test_no_answer_lacks_an_import():
    written = {name for lesson in lessons().values() for name in lesson.exercises}
    lacking = {}
    for lesson in lessons().values():
        for exercise in lesson.functions.values():
            sources = [item.source for item in (*exercise.styles, *exercise.mistakes)]
            for source in (exercise.source, *sources):
                code = compile(exercise.handed_in(source), exercise.name, "exec")
                defined = {*code.co_names} | written | THERE
                lacking[exercise.name] = (
                    lacking.get(exercise.name, set()) | _globals(code) - defined
                )
    assert {name: names for name, names in lacking.items() if names} == {}


def test_only_what_the_standard_library_has_is_imported():
    import math
    from collections import deque

    import numpy as np

    def ours():
        return None

    source = "def f(x):\n    return ours(math.exp(x), deque([np.exp(x)]))\n"
    namespace = {"math": math, "deque": deque, "np": np, "ours": ours, "unused": math}
    assert standing_alone(source, namespace) == (
        "from collections import deque\nimport math\n" + source
    )
