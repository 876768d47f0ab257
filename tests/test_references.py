"""Whatever is cited stands in the references, and whatever stands there is cited."""

import re

import pytest

from autograder import NOTEBOOKS, ROOT
from autograder.build import references
from autograder.build.references import Citation, Reference

TITLED = re.compile(r"[ (]((?:19|20)\d\d), \*([^*]+)\*")
MODULES = [*ROOT.glob("autograder/exercises/*.py"), *NOTEBOOKS.glob("optlab/**/*.py")]


@pytest.fixture(scope="module")
def known():
    return references.references()


@pytest.fixture(scope="module")
def pages():
    return list(references.places())


def _entry(known, citation):
    return [one for one in known if citation in one.citations]


def _unknown(text, known):
    cited = references.citations(text)
    return sorted(str(one) for one in cited if not _entry(known, one))


def test_every_work_that_a_page_cites_has_an_entry(known, pages):
    missing = {page.label: unknown for page in pages if (unknown := _unknown(page.text, known))}
    assert not missing, (
        f"cited without an entry: {missing}. Add a row to docs/audit/references.csv: all surnames "
        '("Ge, Huang, Jin and Yuan"), the year, the exact title, where it appeared, a link; then '
        '`make build`. A text names all authors, or from three on "Ge and others".'
    )


def test_every_work_that_a_module_cites_has_an_entry(known):
    unknown = {path.name: _unknown(path.read_text("utf-8"), known) for path in MODULES}
    assert {name: cited for name, cited in unknown.items() if cited} == {}


def test_every_entry_is_cited(known, pages):
    idle = [one.title for one in known if not any(one.cited_in(page.text) for page in pages)]
    assert not idle, (
        f"nobody cites {idle}: take them out of docs/audit/references.csv, or cite them"
    )


def test_a_title_beside_a_year_is_the_title(known, pages):
    """Whole, or without what follows a colon or a dash."""
    titles: dict[str, set[str]] = {}
    for one in known:
        titles.setdefault(one.year, set()).update({one.title, re.split(": | - ", one.title)[0]})
    beside = [pair for page in pages for pair in TITLED.findall(" ".join(page.text.split()))]
    assert len(beside) > 10
    assert [(year, title) for year, title in beside if title not in titles[year]] == []


def test_an_entry_is_cited_in_one_way_only(known):
    ways = [citation for one in known for citation in one.citations]
    assert len(ways) == len(set(ways)), "two works by the same people in one year"
    assert len({one.link for one in known}) == len(known)
    assert [one.link for one in known if not one.link.startswith("https://")] == []
    assert [one for one in known if not (one.name or (one.authors and one.year))] == []
    assert [one for one in known if not (one.title and one.where)] == []


def test_a_number_at_arxiv_is_that_of_the_link(known):
    said = [one for one in known if one.where.startswith("arXiv:")]
    assert said
    for one in said:
        assert one.link == f"https://arxiv.org/abs/{one.where.removeprefix('arXiv:')}"


def test_nobody_writes_et_al(pages):
    """Such a citation would not be found."""
    assert [page.label for page in pages if re.search(r"\bet al\b", page.text)] == []


@pytest.mark.parametrize(
    ("text", "people", "year"),
    [
        ("Kingma and Ba (2015) have", "Kingma and Ba", "2015"),
        ("the paper (Kingma and\nBa, 2015, Algorithm 1)", "Kingma and Ba", "2015"),
        ("(Polyak, 1964)", "Polyak", "1964"),
        ("Zeiler (2012, *ADADELTA*)", "Zeiler", "2012"),
        ("For Adam, Liu and others (2020) blame", "Liu and others", "2020"),
        ("(Ma, Bassily and Belkin, 2018)", "Ma, Bassily and Belkin", "2018"),
        ("Hägele and others, 2024", "Hägele and others", "2024"),
        ("as Choi and others 2019", "Choi and others", "2019"),
    ],
)
def test_a_citation_is_found(text, people, year):
    assert references.citations(text) == {Citation(people=people, year=year)}


@pytest.mark.parametrize(
    "text",
    ["from 1 January 2012", "in °C, 2012-01-01", "Adam, 2000 steps of it", "0.9, 2015 and 2016"],
)
def test_a_date_is_no_citation(text):
    assert references.citations(text) == set()


def _work(name, authors):
    return Reference(name=name, authors=authors, year="2015", title="T", where="W", link="L")


def test_two_authors_are_both_named_and_three_may_be_others():
    two, three = _work("", "Kingma and Ba"), _work("", "Ge, Huang and Jin")
    assert not two.cited_in("Kingma and others (2015)")
    assert three.cited_in("Ge and others (2015)")
    assert three.cited_in("(Ge, Huang and Jin, 2015)")
    assert not three.cited_in("Ge and others (2016); Ge and Huang (2015)")


def test_a_work_with_a_name_is_cited_by_it():
    notes = _work("CS231n", "Stanford University")
    assert notes.cited_in("| CS231n | 0.99 |")
    assert not notes.cited_in("CS231nothing, Stanford University (2015)")
