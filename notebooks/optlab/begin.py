"""What `from optlab import ...` gives in every language, and what happens when that is said."""

import optlab.needs  # noqa: F401  first: it says in one sentence what is missing
from optlab import patience
from optlab.checking import notice
from optlab.checking.checks import check, hint, progress, solution
from optlab.checking.language import choose
from optlab.predictions import predict, predicted

__all__ = ["check", "hint", "predict", "predicted", "progress", "solution"]

choose()
notice.install()
patience.install()
