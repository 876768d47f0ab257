"""Loads `optlab`, which travels with the notebooks and is never installed.

To be imported before it: then `import optlab` works whatever folder this process was started in,
and the search path stays as it is.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location

from autograder import NOTEBOOKS


def _load() -> None:
    if "optlab" in sys.modules:
        return
    spec = spec_from_file_location("optlab", NOTEBOOKS / "optlab" / "__init__.py")
    if spec is None or spec.loader is None:
        raise ImportError("the file of optlab cannot be loaded")
    module = module_from_spec(spec)
    sys.modules["optlab"] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules["optlab"]  # as an import that fails does
        raise


_load()
