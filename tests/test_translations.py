"""Translations: how they are kept while the English changes, and what is found wrong with them."""

import re
from dataclasses import replace

import pytest

from autograder import ROOT, SOLUTIONS
from autograder.errors import RunError, UserError
from autograder.exercises import lessons
from autograder.language import check, documents, editions, glossary, terms
from autograder.translation.catalogue import Entry, Translations
from autograder.translation.unit import SAID, Kind, Unit
from optlab.checking.diagnose import PLAIN

KOREAN = check.read(editions.FOLDER / "ko")


def test_what_is_translated_has_no_fault():
    assert editions.faults([]) == []


def _said():
    """What a learner may be told by `optlab`, in Korean: English, translation, and where."""
    korean = editions.edition("ko")
    for part in korean.begun([]):
        book = korean.book(part)
        for unit in editions.units(part) if part != editions.PAGES else ():
            if unit.kind in SAID and not unit.hidden:
                yield unit.text, book.tr(unit.text, unit.kind), part


def test_what_is_looked_up_by_its_english_has_one_translation():
    found = {}
    for english, korean, part in _said():
        if korean != english:
            found.setdefault(english, {}).setdefault(korean, part)
    assert len(found) > 1000
    assert {english: said for english, said in found.items() if len(said) > 1} == {}


def test_praise_begins_alike_so_that_a_box_says_it_once():
    words = {english: korean for english, korean, _ in _said()}
    praise = f"{words[PLAIN]} "
    longer = {text: said for text, said in words.items() if text.startswith(f"{PLAIN} ")}
    assert longer
    assert {text: said for text, said in longer.items() if not said.startswith(praise)} == {}


def test_every_term_of_the_table_is_read():
    rows = (editions.FOLDER / "ko" / "terms.csv").read_text("utf-8").splitlines()
    assert len(KOREAN.terms) == len(rows) - 1
    by_name = {term.english: term for term in KOREAN.terms}
    assert by_name["gradient"].words == ("기울기", "경사")
    assert by_name["gradient"].never == ("그래디언트", "그라디언트", "미분값")
    assert by_name["step"].loose


def test_a_table_without_its_columns_is_refused(tmp_path):
    (tmp_path / "terms.csv").write_text("english,note\nstep,loose\n", "utf-8")
    with pytest.raises(RunError, match=r"terms\.csv is no table"):
        terms.read(tmp_path / "terms.csv")


# While the English changes


def _unit(text, kind=Kind.PARAGRAPH, where="here"):
    return Unit(text, kind, where)


@pytest.fixture
def path(tmp_path):
    """A PO file in which somebody has translated three texts."""
    units = [
        _unit("The ball rolls down the hill."),
        _unit("It rests."),
        _unit("step", Kind.FORMULA),
    ]
    path = tmp_path / "ko.po"
    Translations("ko", units, path).write()
    text = path.read_text("utf-8")
    for english, korean in (
        ("The ball rolls down the hill.", "공이 언덕을 굴러 내려갑니다."),
        ("It rests.", "쉽니다."),
        ("step", "스텝"),
    ):
        text = text.replace(
            f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{korean}"'
        )
    path.write_text(text, "utf-8")
    return path


def test_what_is_unchanged_is_translated(path):
    book = Translations("ko", [_unit("It rests.")], path)
    assert book.tr("It rests.", Kind.PARAGRAPH) == "쉽니다."
    assert book.tr("It rests.", Kind.MESSAGE) == "쉽니다."
    assert book.tr("It moves.", Kind.PARAGRAPH) == "It moves."


def test_a_word_in_a_formula_is_a_text_of_its_own(path):
    book = Translations("ko", [_unit("step", Kind.FORMULA), _unit("step", Kind.SHOWN)], path)
    assert book.tr("step", Kind.FORMULA) == "스텝"
    assert book.tr("step", Kind.SHOWN) == "step"


def test_a_changed_sentence_makes_one_entry_stale_and_is_named(path):
    units = [_unit("The ball rolls down a hill."), _unit("It rests."), _unit("step", Kind.FORMULA)]
    book = Translations("ko", units, path)
    stale = [entry for entry in book.entries if entry.was]
    assert [(entry.text, entry.was) for entry in stale] == [
        ("The ball rolls down a hill.", "The ball rolls down the hill.")
    ]
    assert editions.to_do(stale[0]) == (
        'stale: "The ball rolls down a hill." (was "The ball rolls down the hill.")'
    )
    assert book.tr("The ball rolls down a hill.", Kind.PARAGRAPH) == "The ball rolls down a hill."


def test_what_is_new_is_to_do_and_what_is_gone_is_unused(path):
    book = Translations("ko", [_unit("Quite another matter, at length.")], path)
    assert [editions.to_do(entry) for entry in book.entries] == [
        'untranslated: "Quite another matter, at length."'
    ]
    assert sorted(book.unused) == ["It rests.", "The ball rolls down the hill.", "step"]
    book.write()
    assert "쉽니다" not in path.read_text("utf-8")


def test_a_percent_sign_is_no_placeholder(path):
    book = Translations("ko", [_unit("about 5 % of it")], path)
    book.write()
    assert "python-format" not in path.read_text("utf-8")


def test_a_file_that_is_no_catalogue_is_one_line(path):
    path.write_text('msgid "no end', "utf-8")
    with pytest.raises(RunError, match=r"ko\.po is no PO file"):
        Translations("ko", [], path)


def test_an_unknown_language_is_one_line():
    with pytest.raises(UserError, match=r"translations/xx has no language\.toml; there is ko"):
        editions.update("xx", [])


def test_a_lesson_that_is_begun_can_be_written_anew(tmp_path, monkeypatch):
    for name in ("language.toml", "terms.csv"):
        text = (editions.FOLDER / "ko" / name).read_text("utf-8")
        (tmp_path / "ko").mkdir(exist_ok=True)
        begun = text.replace("whole = true", "whole = false")
        (tmp_path / "ko" / name).write_text(begun, "utf-8")
    monkeypatch.setattr(editions, "FOLDER", tmp_path)
    monkeypatch.setattr(editions, "ROOT", tmp_path)
    (said,) = editions.update("ko", ["00_start_here"])
    assert said.startswith("ko/00_start_here.po: ")
    path = tmp_path / "ko" / "00_start_here.po"
    first = path.read_text("utf-8")
    assert editions.update("ko", []) == [said]
    assert path.read_text("utf-8") == first
    path.write_text(
        first.replace(
            'msgid "How a lesson works"\nmsgstr ""', 'msgid "How a lesson works"\nmsgstr "5강"'
        )
    )
    assert editions.faults([]) == [
        'ko 00_start_here: number too much: 5: "How a lesson works"',
    ]
    assert (
        editions.edition("ko").book("00_start_here").tr("How a lesson works", Kind.HEADING) == "5강"
    )


def test_one_changed_sentence_is_one_line_of_a_check(tmp_path, monkeypatch):
    """And so is one that is new, and one that is gone, in a language that is whole."""
    (tmp_path / "ko").mkdir()
    rules = (editions.FOLDER / "ko" / "language.toml").read_text("utf-8")
    rules = re.sub("whole = false.*", "whole = true", rules)
    (tmp_path / "ko" / "language.toml").write_text(rules, "utf-8")
    (tmp_path / "ko" / "terms.csv").write_text("english,translation,note\n", "utf-8")
    monkeypatch.setattr(editions, "FOLDER", tmp_path)
    monkeypatch.setattr(editions, "parts", lambda names: ["pages"])
    texts = {
        "The ball rolls down the hill.": "공이 언덕을 굴러 내려갑니다.",
        "It rests.": "쉽니다.",
    }
    monkeypatch.setattr(editions, "units", lambda part: [*map(_unit, texts)])
    editions.edition("ko").book("pages").write()
    path = tmp_path / "ko" / "pages.po"
    po = path.read_text("utf-8")
    for english, korean in texts.items():
        po = po.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{korean}"')
    path.write_text(po, "utf-8")
    assert editions.faults([]) == []

    changed = ["The ball rolls down a hill.", "It rests."]
    monkeypatch.setattr(editions, "units", lambda part: [*map(_unit, changed)])
    assert editions.faults([]) == [
        'ko pages: stale: "The ball rolls down a hill." (was "The ball rolls down the hill.")'
    ]
    more = [*texts, "Quite another matter, at length."]
    monkeypatch.setattr(editions, "units", lambda part: [*map(_unit, more)])
    assert editions.faults([]) == ['ko pages: untranslated: "Quite another matter, at length."']
    monkeypatch.setattr(editions, "units", lambda part: [_unit("It rests.")])
    assert editions.faults([]) == ['ko pages: unused: "The ball rolls down the hill."']


# What is wrong with one entry

RIGHT = Entry(
    text=r"Each of the 40 steps multiplies $w_2$ by `rate`: the **oscillation** grows. How fast?",
    translation=r"40스텝마다 $w_2$에 `rate`를 곱하므로 **진동**이 커집니다. 얼마나 빨라질까요?",
    kinds=(Kind.PARAGRAPH,),
    places=("here",),
)


def _faults(entry):
    return [fault.partition(":")[0] for fault in check.faults(entry, KOREAN)]


def test_a_right_translation_has_no_fault():
    assert _faults(RIGHT) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("$w_2$", "$w_1$", "formula missing"),
        ("`rate`", "`속도`", "code missing"),
        ("40스텝", "4스텝", "number missing"),
        ("**진동**", "진동", "bold missing"),
        ("진동", "흔들림", "oscillation"),
        (
            "**진동**이",
            "**진동(oscillation)**이",
            "Markdown shows '**진동(oscillation)**이' as it is",
        ),
        ("커집니다", "커진다", "ends in another form"),
        ("빨라질까요?", "빨라지는가?", "ends in another form"),
    ],
)
def test_one_fault_is_seen(old, new, fault):
    assert old in RIGHT.translation
    assert fault in _faults(replace(RIGHT, translation=RIGHT.translation.replace(old, new)))


@pytest.mark.parametrize(
    ("text", "translation", "kind", "fault"),
    [
        ("{rate}: f = {value:.3f}", "{rate}: f = {value:.2f}", Kind.SHOWN, "field missing"),
        ("the [table](04_x.ipynb)", "그 [표](05_x.ipynb)", Kind.PARAGRAPH, "link missing"),
        ("one of (a) and (b)", "(b)와 (c) 가운데 하나", Kind.OPTION, "letter missing"),
        ("0.9, then 0.5", "0.5 다음에 0.9", Kind.OPTION, "numbers in another order"),
        ("keys of params[key]", "params[이름]의 키", Kind.SHOWN, "name missing"),
        ("zeros like np.zeros", "numpy.zeros와 같은 영", Kind.HINT, "name missing"),
        ("Returns:\na float", "실수를 돌려준다", Kind.DOCSTRING, "another number of lines"),
        ("the regularization", "정규화", Kind.SHOWN, "regularization"),
        ("a point of view", "a point of view", Kind.SHOWN, "left in English"),
        ("The mean.", "평균을 구합니다.", Kind.DOCSTRING, "ends in another form"),
        ("<b>Next:</b> read", "<b>다음: 읽기", Kind.PAGE, "tag missing"),
        (" of them", "그중에서", Kind.SHOWN, "begins with a space, or does not"),
    ],
)
def test_a_fault_of_a_kind_is_seen(text, translation, kind, fault):
    assert fault in _faults(Entry(text, translation, (kind,), ("here",)))


@pytest.mark.parametrize(
    ("text", "translation", "kind"),
    [
        ("{a} of {b}", "{b} 가운데 {a}", Kind.SHOWN),
        ("three steps", "3스텝", Kind.SHOWN),
        ("ten times", "열 배", Kind.SHOWN),
        ("normalization of the batch", "배치의 정규화", Kind.SHOWN),
        ('state: {"s": averages}', 'state: {"s": 평균}', Kind.DOCSTRING),
        ("Adam and RMSprop", "Adam과 RMSprop", Kind.HEADING),
        ("RMSprop", "RMSprop", Kind.ROW),
        ("theta_t is np.zeros", "theta_t는 np.zeros입니다", Kind.MESSAGE),
        ("learning rate", "학습률", Kind.SHOWN),
        (r"**Adam** is $a * b$", r"**Adam**은 $a * b$", Kind.HEADING),
    ],
)
def test_what_is_right_has_no_fault(text, translation, kind):
    assert _faults(Entry(text, translation, (kind,), ("here",))) == []


def test_a_comment_excuses_style_and_nothing_else():
    entry = Entry("The mean.", "평균", (Kind.PARAGRAPH,), ("here",), excused=True)
    assert _faults(replace(entry, translation="average")) == []
    assert _faults(replace(entry, translation="7")) == ["number too much"]


# Pages for learners


def test_pages_for_learners_are_as_they_would_be_built_now():
    paths = [path.relative_to(ROOT).as_posix() for path, _ in editions.beside_the_lessons()]
    assert paths == ["README.ko.md", "docs/learners.ko.md", "docs/glossary.ko.md"]
    assert editions.stale_pages() == []


def test_a_page_has_the_commands_and_links_of_its_language():
    said = {path.name: text for path, text in documents.pages("xx", _as_it_is, _title, [])}
    readme, learners = said["README.xx.md"], said["learners.xx.md"]
    assert readme.startswith("# Optimization algorithms, hands on\n\n[English](README.md)\n")
    assert "\n    make lab-xx\n" in readme and "](docs/learners.xx.md)" in readme
    assert "(README.md#without-make)" in readme
    assert readme.count("\n| ") == 1 + len(lessons())
    assert "`make lab-xx`" in learners and not re.search(r"make lab\b(?!-xx)", readme + learners)
    assert "`make progress-xx`" in learners and "study/xx/04_momentum.ipynb" in learners
    assert "learners:begin" not in readme and "한국어" not in readme + learners


def test_a_page_with_another_sentence_in_it_is_stale(monkeypatch, tmp_path):
    monkeypatch.setattr(editions, "ROOT", tmp_path)
    pages = [(tmp_path / "README.ko.md", "# 하나\n")]
    monkeypatch.setattr(editions, "beside_the_lessons", lambda: iter(pages))
    assert editions.stale_pages() == ["README.ko.md is stale"]
    editions.write_pages()
    assert editions.stale_pages() == []
    pages[0][0].write_text("# 둘\n", "utf-8")
    assert editions.stale_pages() == ["README.ko.md is stale"]


# The words of the trade


def test_every_term_occurs_in_the_lessons():
    folder = editions.FOLDER / "ko"
    first = glossary.first_lessons(folder, KOREAN.terms)
    missing = {term.english for term in KOREAN.terms} - {*first}
    if KOREAN.whole:
        assert missing == set()
    assert len(first) > 100


def test_a_term_comes_first_where_it_is_called_so(tmp_path):
    folder = tmp_path / "ko"
    folder.mkdir()
    said = {"01_mini_batches": "경사를 봅니다.", "02_exponentially_weighted_averages": "기울기"}
    for lesson, korean in said.items():
        book = Translations("ko", [_unit("The gradient descent of it")], folder / f"{lesson}.po")
        book.write()
        text = (folder / f"{lesson}.po").read_text("utf-8")
        (folder / f"{lesson}.po").write_text(text + f'\nmsgid "A gradient"\nmsgstr "{korean}"\n')
    assert glossary.first_lessons(folder, KOREAN.terms) == {"gradient": "01_mini_batches"}
    rows = glossary.rows(KOREAN.terms, {"gradient": "01_mini_batches"})
    assert rows == ["| gradient | 기울기 | 01 |"]


BRACKET = re.compile(r"\*{0,2} \(([가-힣][가-힣0-9, ]*)[);,]")


def test_korean_in_brackets_of_english_lessons_is_that_of_the_table():
    seen = 0
    for path in sorted(SOLUTIONS.glob("*.py")):
        text = " ".join(path.read_text("utf-8").replace("\n#", " ").split())
        for bracket in BRACKET.finditer(text):
            before = text[: bracket.start()][-60:]
            terms = [one for one in KOREAN.terms if _ends_with(before, one) and not one.loose]
            said = bracket[1].replace(" ", "")
            words = [word.replace(" ", "") for term in terms for word in term.words]
            known = not words or any(word in said for word in words)
            assert known, (path.name, before, bracket[1])
            seen += bool(words)
    assert seen > 60


def _ends_with(text, term):
    return re.search(rf"\b{re.escape(term.plain)}(?:e?s)?$", text, re.IGNORECASE)


def _as_it_is(text, kind):
    return text


def _title(lesson):
    return lesson.title
