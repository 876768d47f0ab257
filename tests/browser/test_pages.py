"""The pages that the grader writes, as they are seen: light, dark and on a telephone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from autograder.exercises import lessons
from browser.conftest import LESSON, STUDENTS
from browser.labpage import new_page

WIDE, NARROW = {"width": 1000, "height": 900}, {"width": 390, "height": 844}
LOOKS = {
    "light": (WIDE, "light"),
    "dark": (WIDE, "dark"),
    "narrow": (NARROW, "light"),
    "narrow dark": (NARROW, "dark"),
}
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Of text and its background, as WCAG defines it; 4.5 is asked of a text of this size.
CONTRAST = """selector => {
    const light = color => {
        const [r, g, b] = color.match(/[\\d.]+/g).map(n => n / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = node => {
        const color = getComputedStyle(node).backgroundColor;
        return color === "rgba(0, 0, 0, 0)" ? ground(node.parentElement) : color;
    };
    return [...document.querySelectorAll(selector)].map(node => {
        const both = [light(getComputedStyle(node).color), light(ground(node))].sort();
        return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    });
}"""
PAGE = f"feedback/student07/{LESSON}/{LESSON}.html"
TEXTS = "h1, h2, h3, h4, p, li, td, th, a, summary, .status, .mark"
OPEN = "() => document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.fixture(params=LOOKS, scope="module")
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One for all of them; with their policy axe could not look at them."""
    with new_page(browser, bypass_csp=True) as opened:
        yield opened


@pytest.fixture
def seen(page, kind):
    """seen(path): the page, opened anew from its file; what its console says is an error."""
    viewport, scheme = LOOKS[kind]
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    said = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    def open_it(path: Path) -> Page:
        page.goto(path.as_uri())
        assert said == []
        assert page.evaluate(TOO_WIDE) <= 0
        ratios = page.evaluate(CONTRAST, TEXTS)
        assert ratios
        assert min(ratios) >= 4.5
        return page

    page.on("console", hear)
    yield open_it
    page.remove_listener("console", hear)


def test_the_class_report(seen, course, screenshot, kind):
    page = seen(course / "report.html")
    screenshot(f"report_{kind}")
    page.evaluate(OPEN)
    assert page.locator(".chart rect").count() == 10
    assert page.locator(".mistakes li").count() >= 5
    assert page.locator("#students ~ .wide tbody tr").count() == STUDENTS
    assert violations(page) == []


def test_a_feedback_page(seen, course, screenshot, kind):
    page = seen(course / PAGE)
    assert page.locator("section.card").count() == len(lessons()[LESSON].exercises)
    screenshot(f"feedback_{kind}")
    page.evaluate(OPEN)
    assert violations(page) == []


def violations(page) -> list[str]:
    """What axe finds, with everything unfolded."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]
