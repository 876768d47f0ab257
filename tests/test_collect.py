"""Zips as four systems give them, folders and loose notebooks, brought into a course.

The zips are built after what the systems publish; `autograder/collect/systems.py` names the pages.
"""

import json
import os
import re
import stat
import unicodedata
import zipfile
from datetime import UTC, datetime

import pytest

from autograder import NOTEBOOKS, cli
from autograder.collect import archive, place
from autograder.course import folder as courses
from autograder.course import plan
from autograder.exercises import lessons
from autograder.handin.read import parse
from autograder.handin.recognise import lesson_of

LESSON, OTHER = "12_capstone", "05_rmsprop"
ROSTER = """\
id,Last name,First name,Email address
20240001,이,민수,minsu@uni.example
20240002,김,서연,seoyeon@uni.example
20240003,Lovelace,Ada,ada@uni.example
20240004,Kim,Adam,adam@uni.example
20240005,Kim,Eve,eve@uni.example
"""


def notebook(lesson=LESSON, remark="mine", **changes):
    """The release with an answer that begins with a remark; None: untouched."""
    data = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text("utf-8"))
    answers = [c for c in data["cells"] if c["metadata"].get("nbgrader", {}).get("solution")]
    if remark is not None:
        answers[0]["source"] = f"# {remark}\n" + "".join(answers[0]["source"])
    return json.dumps(data | changes)


def decomposed(text):
    return unicodedata.normalize("NFD", text)


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    (folder / "submitted").mkdir(parents=True)
    (folder / plan.FILE).write_text('timezone = "Asia/Seoul"\n')
    return folder


@pytest.fixture
def packed(tmp_path):
    """packed(name, {member: contents}) -> a zip; a member may be a ZipInfo."""

    def pack(name, members):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for member, contents in members.items():
                file.writestr(member, contents)
        return path

    return pack


@pytest.fixture
def collect(course, tmp_path):
    """collect(path, ..., roster=text) -> what became of it, as a caller of --json sees it."""

    def run(*paths, roster=None, **options):
        table = None
        if roster is not None:
            table = tmp_path / "students.csv"
            table.write_bytes(roster if isinstance(roster, bytes) else roster.encode())
        return place.collect(paths, course, table, **options).to_data()

    return run


def submitted(course):
    return {
        path.relative_to(course / "submitted").as_posix(): path.read_text()
        for path in (course / "submitted").rglob("*")
        if path.is_file()
    }


def where(found):
    return {(item["student"], item["lesson"]) for item in found["placed"]}


def reasons(found):
    return {item["from"].rpartition(": ")[2]: item["reason"] for item in found["left"]}


# Which lesson


@pytest.mark.parametrize("lesson", [*lessons()])
def test_a_lesson_is_known_by_what_stands_in_it_also_without_ids_and_metadata(lesson):
    exercises = {name: [*one.exercises] for name, one in lessons().items()}
    data = json.loads(notebook(lesson, None))
    assert lesson_of(parse(json.dumps(data).encode()), exercises) == lesson
    for cell in data["cells"]:  # as Colab may leave it
        cell["metadata"] = {}
        del cell["id"]
    bare = json.dumps(data | {"nbformat_minor": 0}).encode()
    assert lesson_of(parse(bare), exercises) == lesson


def test_a_notebook_from_before_a_lesson_was_split_is_of_the_first_half():
    exercises = {name: [*one.exercises] for name, one in lessons().items()}
    halves = [
        json.loads(notebook(lesson, None)) for lesson in ("01b_batch_size", "01_mini_batches")
    ]
    whole = halves[0] | {"cells": halves[0]["cells"] + halves[1]["cells"]}
    assert lesson_of(parse(json.dumps(whole).encode()), exercises) == "01_mini_batches"


def test_another_notebook_is_of_no_lesson():
    exercises = {name: [*one.exercises] for name, one in lessons().items()}
    text = '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "x = 1"}]}'
    assert lesson_of(parse(text.encode()), exercises) is None


# The systems


def test_canvas(course, packed, collect):
    path = packed(
        "submissions.zip",
        {
            f"{decomposed('이민수')}_11_501_12_capstone.ipynb": notebook(remark="first"),
            "이민수_11_502_12_capstone-1.ipynb": notebook(remark="second"),
            "lovelaceada_LATE_13_503_final version.ipynb": notebook(),
            "kimseoyeon_99_504_12_capstone.ipynb": notebook(),
            "kimadam_14_505_report.pdf": b"%PDF",
            "anon_AbC12_506_12_capstone.ipynb": notebook(),
        },
    )
    found = collect(path, roster=ROSTER)
    assert where(found) == {("20240001", LESSON), ("20240003", LESSON)}
    assert "# second" in submitted(course)[f"20240001/{LESSON}/{LESSON}.ipynb"]
    assert reasons(found) == {
        "kimseoyeon_99_504_12_capstone.ipynb": "kimseoyeon is not in the roster",
        "kimadam_14_505_report.pdf": "it is no notebook; ask for the .ipynb file",
        "anon_AbC12_506_12_capstone.ipynb": (
            "Canvas has made it anonymous; download it with names"
        ),
    }
    assert any("latest of 2 attempts" in note for note in found["notes"])
    assert any("1 notebook is marked as late by Canvas" in note for note in found["notes"])
    assert not list((course / "submitted").rglob("timestamp.txt"))


CANVAS_ROSTER = """\
Student,ID,SIS User ID,SIS Login ID,Section,Capstone (77)
    Points Possible,,,,,4.0
"Lovelace, Ada",13,u-3,ada,A,
"Kim, Adam",14,u-4,adam,A,
"Student, Test",15,,x1,A,
"""


def test_canvas_knows_its_students_by_number(course, packed, collect):
    path = packed(
        "s.zip",
        {
            "a_13_1_x.ipynb": notebook(),
            "kim_14_2_x.ipynb": notebook(),
        },
    )
    assert where(collect(path, roster=CANVAS_ROSTER)) == {("ada", LESSON), ("adam", LESSON)}


@pytest.mark.parametrize("tail", ["_assignsubmission_file_/", "_assignsubmission_file/", None])
def test_moodle(course, packed, collect, tail):
    tail = tail or "_assignsubmission_file_"  # the files all in one folder
    path = packed(
        "OPT-Capstone-2231.zip",
        {
            f"민수 이_48213{tail}{LESSON}.ipynb": notebook(),
            f"Group A-Ada Lovelace_48214{tail}{LESSON} (1).ipynb": notebook(),
            f"Adam Kim_48215{tail}my work.zip": b"no zip",
        },
    )
    found = collect(path, roster=ROSTER)
    assert where(found) == {("20240001", LESSON), ("20240003", LESSON)}
    (reason,) = reasons(found).values()
    assert reason.startswith("it is no zip")


@pytest.mark.parametrize(
    ("modified", "expected"),
    [
        ("Friday, 20 November 2026, 11:15 PM", "2026-11-20 14:15:00 UTC\n"),
        ("2026년 11월 20일 금요일, 오후 11:15", "2026-11-20 14:15:00 UTC\n"),
        ("-", None),
    ],
)
def test_moodles_worksheet_names_blind_participants_and_times(
    course, packed, collect, modified, expected
):
    worksheet = (
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,"
        "Last modified (submission)\n"
        f'Participant 48213,Ada Lovelace,ada@uni.example,Submitted,,4.00,"{modified}"\n'
    )
    path = packed("m.zip", {"Participant_48213_assignsubmission_file_/x.ipynb": notebook()})
    assert where(collect(path, roster=worksheet)) == {("ada@uni.example", LESSON)}
    stamp = course / "submitted" / "ada@uni.example" / LESSON / "timestamp.txt"
    assert (stamp.read_text() if stamp.exists() else None) == expected


def test_blackboard(course, packed, collect):
    name = "Last_Homework_{}_attempt_2026-11-20-{}"
    roster = "Username,Last Name,First Name\nada_l,Lovelace,Ada\nl,Other,One\n"
    path = packed(
        "gradebook_OPT_Capstone.zip",
        {
            f"{name.format('ada_l', '08-30-00')}_{LESSON}.ipynb": notebook(remark="first"),
            f"{name.format('ada_l', '23-30-00')}_{LESSON}.ipynb": notebook(remark="second"),
            f"{name.format('ada_l', '23-30-00')}.txt": b"Name: Ada",
            f"{name.format('eve', '23-30-00')}_{LESSON}.ipynb": notebook(),
        },
    )
    utf16 = roster.replace(",", "\t").encode("utf-16")  # as Blackboard exports a table
    found = collect(path, roster=utf16)
    assert where(found) == {("ada_l", LESSON)}
    handed_in = submitted(course)
    assert "# second" in handed_in[f"ada_l/{LESSON}/{LESSON}.ipynb"]
    assert handed_in[f"ada_l/{LESSON}/timestamp.txt"] == "2026-11-20 14:30:00 UTC\n"
    changed = (course / "submitted" / "ada_l" / LESSON / f"{LESSON}.ipynb").stat().st_mtime
    assert datetime.fromtimestamp(changed, UTC) == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


def test_google_drive(course, packed, collect):
    path = packed(
        "Capstone-20261120T120000Z-001.zip",
        {
            f"Capstone/Ada Lovelace - {LESSON}.ipynb": notebook(),
            "Capstone/12_capstone_adam.ipynb": notebook(),
            "Capstone/seoyeon@uni.example 12.ipynb": notebook(),
            "Capstone/12_capstone_kim.ipynb": notebook(),
            "Capstone/12_capstone (1).ipynb": notebook(),
        },
    )
    found = collect(path, roster=ROSTER)
    assert where(found) == {(f"2024000{number}", LESSON) for number in (2, 3, 4)}
    assert reasons(found) == {
        "Capstone/12_capstone_kim.ipynb": (
            "it may be of 20240004 and 20240005: put the id into its name"
        ),
        "Capstone/12_capstone (1).ipynb": "whose it is, is not in the roster",
    }


def test_the_exchange_of_nbgrader(course, tmp_path, collect):
    inbound = tmp_path / "inbound"
    for name, remark in {
        "ada+12_capstone+2026-11-20 10:00:00.948203 UTC+abc": "first",
        "ada+12_capstone+2026-11-20 12:00:00.000000 UTC+abc": "second",
        "a+b+12_capstone+2026-11-20 03:00:00.000000 UTC": "third",
    }.items():
        (inbound / name).mkdir(parents=True)
        (inbound / name / f"{LESSON}.ipynb").write_text(notebook(remark=remark))
    assert where(collect(inbound)) == {("ada", LESSON), ("a+b", LESSON)}
    handed_in = submitted(course)
    assert "# second" in handed_in[f"ada/{LESSON}/{LESSON}.ipynb"]
    assert handed_in[f"ada/{LESSON}/timestamp.txt"] == "2026-11-20 12:00:00 UTC\n"
    assert handed_in[f"a+b/{LESSON}/timestamp.txt"] == "2026-11-20 03:00:00 UTC\n"


def test_what_another_course_has_submitted_keeps_its_times(course, tmp_path, collect):
    folder = tmp_path / "old" / "submitted" / "ada" / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_text(notebook())
    (folder / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    collect(tmp_path / "old")
    assert submitted(course)[f"ada/{LESSON}/timestamp.txt"] == "2026-01-02 03:04:05 UTC\n"


def test_without_a_roster_students_are_called_as_the_systems_call_them(course, packed, collect):
    path = packed(
        "all.zip",
        {
            "leeminsu_11_501_x.ipynb": notebook(),
            f"{decomposed('김서연')}_48213_assignsubmission_file_/x.ipynb": notebook(),
            "HW_eve_attempt_2026-11-20-08-30-00_x.ipynb": notebook(),
            "ada/x.ipynb": notebook(),
            f"Carl Gauss - {LESSON}.ipynb": notebook(),
            f"{LESSON}.ipynb": notebook(),
            "bob\u202e/x.ipynb": notebook(),
            "mallory?/x.ipynb": notebook(),
        },
    )
    found = collect(path)
    names = {student for student, _ in where(found)}
    assert names == {"leeminsu_11", "김서연", "eve", "ada", "Carl Gauss"}
    assert {item["reason"] for item in found["left"]} == {
        "its name does not say whose it is; --roster FILE may help",
        "its name holds characters that cannot be shown",
        "its name cannot be a student's: it holds ?",
    }


# Names of files, lessons and students


def test_a_notebook_of_another_lesson_is_put_where_it_belongs(course, tmp_path, collect):
    path = tmp_path / "momentum_lovelace.ipynb"
    path.write_text(notebook(OTHER))
    found = collect(path, roster=ROSTER)
    assert where(found) == {("20240003", OTHER)}
    assert {*found["notes"]} == {
        f"{path.name} is {OTHER}; it was put there",
        f"{path.name} was taken for 20240003's by one name",
    }


def test_a_lesson_that_the_course_leaves_out_is_told(course, tmp_path, collect):
    (course / plan.FILE).write_text('lessons = ["05"]')
    path = tmp_path / "lovelace.ipynb"
    path.write_text(notebook())
    (reason,) = reasons(collect(path, roster=ROSTER)).values()
    assert reason == f"{LESSON} is not among the lessons of this course"


def test_a_student_may_be_called_as_a_lesson_is(course, tmp_path, collect):
    folder = tmp_path / "adam.d"
    folder.mkdir()
    for name in ("06_adam.ipynb", "06_adam_adam.ipynb"):
        (folder / name).write_text(notebook("06_adam", remark=name))
    found = collect(folder, roster="id,name\n1,Adam Kim\n2,Eve Kim\n")
    assert [item["from"] for item in found["placed"]] == ["adam.d/06_adam_adam.ipynb"]
    assert len(found["left"]) == 1


def test_of_a_whole_folder_only_what_was_worked_on_is_taken(course, packed, collect):
    inner = {
        f"optimization-course/{LESSON}.ipynb": notebook(),
        f"optimization-course/{OTHER}.ipynb": notebook(OTHER, remark=None),
        "optimization-course/optlab/keys/a.key": b"{}",
        "deeper.zip": b"PK",
    }
    students = packed("Ada's folder.zip", inner).read_bytes()
    path = packed("m.zip", {"Ada Lovelace_1_assignsubmission_file_/work.zip": students})
    found = collect(path, roster=ROSTER)
    assert where(found) == {("20240003", LESSON)}
    assert reasons(found) == {
        f"optimization-course/{OTHER}.ipynb": "nobody worked in it",
        "deeper.zip": "a zip in a student's zip is not opened; ask for the notebook itself",
    }


def test_a_notebook_that_nobody_worked_in_was_handed_in_all_the_same(course, tmp_path, collect):
    (tmp_path / "lovelace.ipynb").write_text(notebook(remark=None))
    assert where(collect(tmp_path / "lovelace.ipynb", roster=ROSTER)) == {("20240003", LESSON)}


def test_two_that_nothing_tells_apart_in_time_are_both_left(course, packed, collect):
    path = packed(
        "two.zip",
        {
            "Ada Lovelace/a.ipynb": notebook(remark="a"),
            "Ada Lovelace/b.ipynb": notebook(remark="b"),
        },
    )
    found = collect(path, roster=ROSTER)
    assert found["placed"] == []
    assert all("nothing says which is later" in item["reason"] for item in found["left"])
    assert len(found["left"]) == 2


def test_the_dates_of_a_zip_count_only_if_told(course, packed, collect):
    def dated(name, *when):
        return zipfile.ZipInfo(f"Ada Lovelace/{name}.ipynb", when)

    path = packed(
        "two.zip",
        {
            dated("a", 2026, 11, 20, 10, 0, 0): notebook(remark="a"),
            dated("b", 2026, 11, 19, 10, 0, 0): notebook(remark="b"),
        },
    )
    assert collect(path, roster=ROSTER)["placed"] == []
    assert where(collect(path, zip_dates=True)) == {("20240003", LESSON)}
    handed_in = submitted(course)
    assert "# a" in handed_in[f"20240003/{LESSON}/{LESSON}.ipynb"]
    assert handed_in[f"20240003/{LESSON}/timestamp.txt"] == "2026-11-20 10:00:00 UTC\n"


# Again and again


def test_the_same_files_again_change_nothing(course, packed, collect):
    path = packed("s.zip", {"lovelaceada_13_503_x.ipynb": notebook()})
    first = collect(path, roster=ROSTER)
    before = {
        item: (item.read_bytes(), item.stat().st_mtime_ns)
        for item in course.rglob("*")
        if item.is_file() and item.name not in (".grading", "roster.csv")
    }
    second = collect(path, roster=ROSTER)
    assert [second["placed"], second["replaced"], second["left"]] == [[], [], []]
    assert second["unchanged"] == first["placed"]
    assert {item: (item.read_bytes(), item.stat().st_mtime_ns) for item in before} == before


def test_a_later_attempt_replaces_an_earlier_one_which_is_kept(course, packed, collect):
    early = packed("early.zip", {"lovelaceada_13_503_x.ipynb": notebook(remark="early")})
    late = packed("late.zip", {"lovelaceada_13_504_x.ipynb": notebook(remark="late")})
    collect(early, roster=ROSTER)
    assert len(collect(late)["replaced"]) == 1
    assert "# late" in submitted(course)[f"20240003/{LESSON}/{LESSON}.ipynb"]
    (kept,) = (course / "earlier" / "20240003" / LESSON).iterdir()
    assert "# early" in kept.read_text()
    assert len(collect(early)["unchanged"]) == 1
    assert "# late" in submitted(course)[f"20240003/{LESSON}/{LESSON}.ipynb"]
    older = packed("older.zip", {"lovelaceada_13_502_x.ipynb": notebook(remark="older")})
    (reason,) = reasons(collect(older)).values()
    assert reason.startswith("a later attempt was collected from late.zip")


def test_nothing_is_overwritten_that_was_not_collected(course, packed, collect):
    by_hand = course / "submitted" / "20240003" / LESSON / f"{LESSON}.ipynb"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_text(notebook(remark="by hand"))
    path = packed("s.zip", {"lovelaceada_13_503_x.ipynb": notebook()})
    (reason,) = reasons(collect(path, roster=ROSTER)).values()
    assert f"{by_hand} holds another notebook" in reason
    assert "# by hand" in by_hand.read_text()


def test_a_name_that_looks_like_anothers_is_refused(course, packed, collect):
    (course / "submitted" / "alice").mkdir()
    path = packed("s.zip", {"аlice/x.ipynb": notebook()})
    (reason,) = reasons(collect(path)).values()
    assert reason == "аlice cannot be told from alice"


def test_a_folder_with_the_other_form_of_a_name_is_the_same_students(course, packed, collect):
    (course / "submitted" / decomposed("김민준")).mkdir()
    path = packed("s.zip", {"김민준/x.ipynb": notebook()})
    assert where(collect(path)) == {(decomposed("김민준"), LESSON)}


def test_a_link_in_the_course_is_not_followed(course, tmp_path, packed, collect):
    (tmp_path / "elsewhere").mkdir()
    (course / "submitted" / "ada").symlink_to(tmp_path / "elsewhere")
    (reason,) = reasons(collect(packed("s.zip", {"ada/x.ipynb": notebook()}))).values()
    assert "links are not followed" in reason
    assert list((tmp_path / "elsewhere").iterdir()) == []


# What strangers put into zips


def member(name, mode=0, **changes):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    for key, value in changes.items():
        setattr(info, key, value)
    return info


def test_names_that_lead_elsewhere_are_refused_and_harmless(course, tmp_path, packed, collect):
    hostile = {
        "../../ada/x.ipynb": "leads out of the zip",
        "/etc/ada_1_2_x.ipynb": "leads out of the zip",
        "C:/ada_1_2_x.ipynb": "leads out of the zip",
        "ada\\..\\..\\x.ipynb": "leads out of the zip",
        "ada/\x1b[2Jx.ipynb": "characters that cannot be shown",
        "ada/work.rar": "such an archive is not opened",
    }
    links = {
        member("ada/link.ipynb", stat.S_IFLNK | 0o777): "/etc/passwd",
        member("ada/pipe.ipynb", stat.S_IFIFO): "",
    }
    found = collect(packed("s.zip", dict.fromkeys(hostile, notebook()) | links))
    told = [item["reason"] for item in found["left"]]
    assert found["placed"] == []
    for expected in (*hostile.values(), "it is a link or a device", "it is a link or a device"):
        assert any(expected in reason for reason in told), expected
    assert len(told) == len(hostile) + len(links)
    assert submitted(course) == {}


def test_names_that_collide_are_both_refused(course, packed, collect):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = packed("s.zip", {"ada/x.ipynb": notebook(), member("ada/x.ipynb"): "{}"})
    other = packed("t.zip", {"eve/X.ipynb": notebook(), "eve/x.ipynb": notebook(remark="2")})
    found = collect(path, other)
    assert found["placed"] == []
    assert [item["reason"] for item in found["left"]] == ["two files of the zip have this name"] * 4


def test_a_bomb_is_refused_by_name_and_the_others_are_taken(course, packed, collect, monkeypatch):
    monkeypatch.setattr(archive, "LIMITS", archive.FileLimits(megabytes=1))
    path = packed("s.zip", {"ada/x.ipynb": b" " * 30_000_000, "eve/x.ipynb": notebook()})
    found = collect(path)
    assert where(found) == {("eve", LESSON)}
    assert reasons(found) == {"ada/x.ipynb": "it is larger than 1 MB"}


def test_a_zip_may_hold_so_much_and_no_more(course, packed, collect, monkeypatch):
    path = packed("s.zip", {f"s{number}/x.ipynb": notebook() for number in range(4)})
    monkeypatch.setattr(archive, "MOST_MEGABYTES", 2.5 * len(notebook()) / 1e6)
    found = collect(path)
    assert len(found["placed"]) == 2
    assert all("more than is read of one" in item["reason"] for item in found["left"])
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    assert reasons(collect(path)) == {"s.zip": "it holds 4 files; at most 3"}


@pytest.mark.parametrize("damage", [lambda data: data[:-40], lambda data: b"PK" + data[3:-1]])
def test_a_damaged_zip_is_named_and_the_others_are_taken(course, tmp_path, packed, collect, damage):
    good = packed("good.zip", {"eve/x.ipynb": notebook()})
    bad = tmp_path / "bad.zip"
    bad.write_bytes(damage(good.read_bytes()))
    found = collect(bad, good)
    assert where(found) == {("eve", LESSON)}
    (left,) = found["left"]
    assert left["from"].startswith("bad.zip")


def test_a_student_can_fill_no_memory_with_names(course, packed, collect, monkeypatch):
    monkeypatch.setattr(archive, "_NESTED_MEMBERS", 5)
    many = packed("many.zip", {f"{'n' * 240}{number}": b"" for number in range(9)})
    outer = packed("s.zip", {"ada_1_2_x.zip": many.read_bytes(), "eve_3_4_x.ipynb": notebook()})
    found = collect(outer)
    assert where(found) == {("eve_3", LESSON)}
    (reason,) = reasons(found).values()
    assert reason == "it is no zip, or one of more than 5 files"


def test_only_ordinary_packing_is_opened(course, packed, collect):
    path = packed("s.zip", {member("ada/x.ipynb"): notebook()})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as file:
        file.writestr("eve/x.ipynb", notebook())
    found = collect(path)
    assert where(found) == {("ada", LESSON)}
    (reason,) = reasons(found).values()
    assert "pack it again" in reason


def test_a_date_in_a_name_is_no_number_of_canvas(course, tmp_path, collect):
    path = tmp_path / "capstone_lovelace_2026_11_20.ipynb"
    path.write_text(notebook())
    assert where(collect(path, roster=ROSTER)) == {("20240003", LESSON)}


def test_a_damaged_or_encrypted_member_costs_itself(course, tmp_path, packed, collect):
    path = packed("s.zip", {"ada/x.ipynb": notebook(), "eve/x.ipynb": notebook()})
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF  # in the stream of the first
    path.write_bytes(data)
    found = collect(path)
    assert where(found) == {("eve", LESSON)}
    assert reasons(found)["ada/x.ipynb"].startswith("it is damaged")


def test_what_is_no_notebook_of_the_course_is_told(course, packed, collect):
    found = collect(
        packed(
            "s.zip",
            {
                "a_1_1_x.ipynb": b"",
                "b_2_2_x.ipynb": b"<html>",
                "c_3_3_x.ipynb": b'{"nbformat": 4, "metadata": {}, "cells": []}',
                "d_4_4_x.ipynb": b"[" * 100_000,
                "e_5_5_x.ipynb.txt": notebook(),
            },
        )
    )
    assert where(found) == {("e_5", LESSON)}
    assert len(found["left"]) == 4
    assert "it holds no exercise of this course" in reasons(found).values()


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 other file was passed over"), (2, "2 other files were passed over")]
)
def test_files_beside_the_notebooks_are_counted(course, packed, collect, count, said):
    files = {f"notes{number}.txt": "mine" for number in range(count)}
    found = collect(packed("s.zip", {"a_1_1_x.ipynb": notebook(), **files}))
    assert found["notes"] == [said]


def test_a_folder_is_read_without_following_links(course, tmp_path, collect):
    folder = tmp_path / "in"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "x.ipynb").symlink_to(NOTEBOOKS / f"{LESSON}.ipynb")
    (folder / "eve").symlink_to(NOTEBOOKS)
    os.mkfifo(folder / "ada" / "y.ipynb")
    found = collect(folder)
    assert found["placed"] == []
    assert len(found["left"]) == 3


def test_names_in_old_letters_are_read(course, tmp_path, collect):
    path = tmp_path / "old.zip"
    names = {"김서연".encode("cp949"): 0, decomposed("이민수").encode(): 0}
    with zipfile.ZipFile(path, "w") as file:
        for number, raw in enumerate(names):
            info = zipfile.ZipInfo(f"{'x' * len(raw)}/{number}.ipynb")
            file.writestr(info, notebook())
    data = path.read_bytes()
    for number, raw in enumerate(names):
        data = data.replace(b"x" * len(raw) + f"/{number}".encode(), raw + f"/{number}".encode())
    path.write_bytes(data)
    assert {student for student, _ in where(collect(path))} == {"김서연", "이민수"}


# nbgrader's own zip_collect


@pytest.mark.parametrize(
    ("name", "student", "file", "time"),
    [
        ("leeminsu_11_501_12_capstone.ipynb", "leeminsu", LESSON, None),
        ("이민수_LATE_11_501_12_capstone-2.ipynb", "이민수", LESSON, None),
        ("Kim Minsu_48213_assignsubmission_file_/12_capstone.ipynb", "Kim Minsu", LESSON, None),
        ("Kim Minsu_48213_assignsubmission_file/12_capstone.ipynb", "Kim Minsu", LESSON, None),
        ("Kim Minsu_48213_assignsubmission_file_12_capstone (1).ipynb", "Kim Minsu", LESSON, None),
        (
            "My_HW_ada_attempt_2026-11-20-08-30-00_12_capstone.ipynb",
            *("ada", LESSON, "2026-11-20-08-30-00"),
        ),
    ],
)
def test_the_pattern_for_nbgraders_zip_collect_reads_the_systems_names(name, student, file, time):
    found = re.match(courses.ZIP_NAMES, f"/a_1_2_b/course/downloaded/{LESSON}/extracted/z/{name}")
    assert found.groupdict() == {"student_id": student, "file_id": file, "timestamp": time}


# The command


def test_the_command_says_what_it_did(course, packed, tmp_path, capsys):
    path = packed("s.zip", {"ada/x.ipynb": notebook(), "x.pdf": b"", "y.ipynb": notebook()})
    assert cli.main(["collect", str(path), "--course", str(course)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "1 placed, 0 replaced, 0 unchanged, 1 left (of 1 student)"
    assert any(line.startswith("left: s.zip: y.ipynb: its name does not say") for line in said)
    assert cli.main(["collect", str(path), "--course", str(course), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert set(data) == {"schema", "placed", "replaced", "unchanged", "left", "notes"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["DIR/none.zip", "--course", "DIR/course"], "there is no DIR/none.zip"),
        (["DIR", "--course", "DIR/elsewhere"], "DIR/elsewhere does not exist"),
        (["DIR", "--course", "DIR/course", "--roster", "DIR/none.csv"], "none.csv: there is no"),
    ],
)
def test_bad_usage_is_one_line(course, tmp_path, capsys, arguments, said):
    arguments = [argument.replace("DIR", str(tmp_path)) for argument in arguments]
    assert cli.main(["collect", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said.replace("DIR", str(tmp_path)) in line


@pytest.mark.parametrize("text", ["{", "[]", '{"submissions": {"ada": {"x": {}}}}'])
def test_a_damaged_record_is_one_line(course, packed, capsys, text):
    (course / place.RECORD).write_text(text)
    path = packed("s.zip", {"ada/x.ipynb": notebook()})
    assert cli.main(["collect", str(path), "--course", str(course)]) == 2
    assert "collected.json is damaged; move it away" in capsys.readouterr().err
