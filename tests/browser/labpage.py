"""What a reader of a notebook does in JupyterLab, and the waits that make it reliable."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

PATIENCE = 60_000  # ms for what takes one or two seconds: a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE)
POLLING = 100  # ms; by itself Playwright asks at every frame, and so has all frames drawn

NOTEBOOK = "window.jupyterapp.shell.currentWidget.content"
# What is there before has its commands and menus in place, and closes no menu any more.
RESTORED = "() => window.jupyterapp?.restored.then(() => true)"
# What was not saved is gone, and the kernels go on.
OPEN = """async path => {
    const opened = await window.jupyterapp.commands.execute('docmanager:open', {path});
    await opened.context.ready;
    await opened.context.revert();
}"""
CLOSE_OTHERS = """() => {
    const shell = window.jupyterapp.shell, opened = shell.currentWidget;
    for (const widget of [...shell.widgets('main')])
        if (widget !== opened) widget.dispose();
}"""
CLOSE = "() => window.jupyterapp.shell.currentWidget.dispose()"
IN_SIGHT = ".jp-NotebookPanel:not(.lm-mod-hidden)"
# Both resolve when the kernel has answered, so nothing has to be waited for afterwards.
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
RUN_ONE = f"""async index => {{
    {NOTEBOOK}.activeCellIndex = index;
    await window.jupyterapp.commands.execute('notebook:run-cell');
}}"""
FILL_IN = f"""answers => {{
    for (const {{model}} of {NOTEBOOK}.widgets)
        if (model.id in answers) model.sharedModel.setSource(answers[model.id]);
}}"""
INDEX_OF = f"id => {NOTEBOOK}.widgets.findIndex(cell => cell.model.id === id)"
# Asked of JupyterLab itself: cells out of sight are not in the page.
OUTPUTS = f"""() => {NOTEBOOK}.widgets
    .filter(cell => cell.model.type === 'code')
    .flatMap(cell => cell.model.outputs.toJSON()
        .map(output => [cell.model.id, output.output_type, output.evalue || '']))"""
# Of the formgrader's page: before the marks and comments so far have come, it clears a field.
FIELDS_LISTEN = "() => formgrader.grades?.loaded && formgrader.comments?.loaded"
KERNEL_IS_IDLE = """() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel
    ?.status === 'idle'"""
# To be waited for: a page is laid out step by step.
FITS = "node => node.scrollWidth <= node.clientWidth"
SHOW = f"index => {NOTEBOOK}.scrollToItem(index, 'center')"


@dataclass(frozen=True)
class Lab:
    """A running server: its address with `{path}` to fill in, and the folder that it serves.

    opens: the page with which a person begins.
    """

    address: str
    folder: Path
    opens: str = "/lab"

    @property
    def journal(self) -> Path:
        return self.folder / ".progress.json"

    def url(self, notebook: str = "") -> str:
        return self.address.format(path=f"/tree/{notebook}" if notebook else "")

    def first_page(self) -> str:
        """With which a person begins, and is logged in."""
        return self.address.replace("/lab{path}", self.opens)

    def in_notebook7(self, notebook: str) -> str:
        return self.url(notebook).replace("/lab/tree/", "/notebooks/")

    def formgrader(self, path: str) -> str:
        """Of nbgrader's own page, without JupyterLab around it; for who is logged in."""
        return f"{self.address.partition('/lab')[0]}/formgrader/{path}"


@contextmanager
def new_page(browser: Browser, **look: Any) -> Iterator[Page]:
    """A page in a window of its own; it waits as long as `expect` does."""
    with browser.new_context(**look) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def go(page: Page, address: str) -> None:
    """To a page of JupyterLab; when it has come to rest."""
    page.goto(address)
    page.wait_for_function(RESTORED, polling=POLLING)


@dataclass(frozen=True)
class LabPage:
    """The notebook that is open in `page`; cells go by their id."""

    page: Page

    @classmethod
    def open(cls, page: Page, notebook: str) -> "LabPage":
        """A notebook alone on a page of JupyterLab, as if the page was loaded anew."""
        page.evaluate(OPEN, notebook)
        page.evaluate(CLOSE_OTHERS)
        return cls.when_ready(page)

    @contextmanager
    def beside(self, notebook: str) -> Iterator["LabPage"]:
        """Another one in a tab of its own, which is closed again."""
        self.page.evaluate(OPEN, notebook)
        yield self.when_ready(self.page)
        self.page.evaluate(CLOSE)

    @classmethod
    def when_ready(cls, page: Page) -> "LabPage":
        page.locator(f"{IN_SIGHT} .jp-Cell").first.wait_for()
        page.wait_for_function(KERNEL_IS_IDLE, polling=POLLING)
        return cls(page)

    @classmethod
    def when_idle(cls, page: Page) -> "LabPage":
        """Where there is no status bar: in Notebook 7."""
        page.wait_for_function(KERNEL_IS_IDLE, polling=POLLING)
        return cls(page)

    def fill_in(self, answers: dict[str, str]) -> None:
        """All cells at once; `write` is what a hand does."""
        self.page.evaluate(FILL_IN, answers)

    def run_all(self) -> None:
        self.page.evaluate(RUN_ALL)

    def outputs(self) -> list[tuple[str, str, str]]:
        """Of every output its cell, its type, and what an error says."""
        return [tuple(output) for output in self.page.evaluate(OUTPUTS)]

    def errors(self) -> list[tuple[str, str]]:
        return [(cell, text) for cell, kind, text in self.outputs() if kind == "error"]

    def save(self) -> None:
        self.page.evaluate(SAVE)

    def run(self, cell_id: str) -> None:
        self.page.evaluate(RUN_ONE, self._index(cell_id))

    def write(self, cell_id: str, source: str) -> None:
        self.cell(cell_id).locator(".cm-content").fill(source)

    def cell(self, cell_id: str) -> Locator:
        index = self._index(cell_id)
        self.page.evaluate(SHOW, index)
        return self.page.locator(f'{IN_SIGHT} .jp-Cell[data-windowed-list-index="{index}"]')

    def prompt(self, cell_id: str) -> Locator:
        return self.cell(cell_id).locator(".jp-InputPrompt")

    def output(self, cell_id: str) -> Locator:
        return self.cell(cell_id).locator(".jp-OutputArea-output")

    def _index(self, cell_id: str) -> int:
        index = self.page.evaluate(INDEX_OF, cell_id)
        assert index >= 0, f"no cell with the id {cell_id}"
        return index


def mark_by_hand(page: Page, lab: Lab, submission: str, exercise: str, mark: str, comment: str):
    """What an instructor does in the formgrader, on one submission; the id is the gradebook's."""
    page.goto(lab.formgrader(f"submissions/{submission}"))
    page.wait_for_function(FIELDS_LISTEN, polling=POLLING)
    entries = {"grade": (f"check_{exercise}", mark), "comment": (f"{exercise}-comment", comment)}
    for kind, (field, text) in entries.items():
        with page.expect_response(lambda answer, kind=kind: f"/api/{kind}/" in answer.url):
            page.locator(f"#{field}").fill(text)
            page.locator(f"#{field}").press("Tab")
