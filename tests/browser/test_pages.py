"""The pages that the grader writes, as they are seen: light, dark and on a telephone."""

from pathlib import Path

import pytest
from conftest import LESSON

from autograder.exercises import lessons

LOOKS = {
    "light": {"viewport": {"width": 1000, "height": 900}},
    "dark": {"viewport": {"width": 1000, "height": 900}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 480, "height": 900}},
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
TEXTS = "h1, h2, h3, p, td, th, summary, .status, .mark"


@pytest.fixture(params=LOOKS, scope="module")
def kind(request):
    return request.param


@pytest.fixture
def look(kind):
    return LOOKS[kind]


@pytest.fixture
def seen(page):
    """seen(path): the page, opened from its file; what its console says is an error."""

    def open_it(path: Path):
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(path.as_uri())
        assert said == []
        assert page.evaluate(TOO_WIDE) <= 0
        ratios = page.evaluate(CONTRAST, TEXTS)
        assert ratios
        assert min(ratios) >= 4.5
        return page

    return open_it


def test_the_class_report(seen, course, screenshot, kind):
    page = seen(course / "report.html")
    assert page.locator(".chart rect").count() == 10
    assert page.locator(".mistakes li").count() > 5
    assert page.locator("tbody tr").count() >= len(lessons()[LESSON].exercises)
    screenshot(f"report_{kind}")


def test_a_feedback_page(seen, course, screenshot, kind):
    page = seen(course / "feedback" / "student07" / LESSON / f"{LESSON}.html")
    assert page.locator("section.card").count() == len(lessons()[LESSON].exercises)
    screenshot(f"feedback_{kind}")
