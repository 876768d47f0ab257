"""Tables of students, as systems and people write them."""

import pytest

from autograder.course import roster
from autograder.errors import UserError


@pytest.fixture
def read(tmp_path):
    def read(text, letters="utf-8"):
        path = tmp_path / "students.csv"
        path.write_bytes(text.encode(letters))
        return roster.read(path)

    return read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,first_name,last_name,email\nada,Ada,Lovelace,a@b.c\n", ("ada", "Ada", "Lovelace")),
        ("ID;Name\n7;Ada Lovelace\n", ("7", "Ada", "Lovelace")),
        ('Student ID,Name\n"7","Lovelace, Ada"\n', ("7", "Ada", "Lovelace")),
        ("학번\t성명\t이메일\n20240001\t이민수\ta@b.c\n", ("20240001", "이민수", "")),
        ("학번,성,이름\n20240001,이,민수\n", ("20240001", "민수", "이")),
        (
            "First name,Last name,ID number,Email address\nAda,Lovelace,,a@b.c\n",
            ("a@b.c", "Ada", "Lovelace"),
        ),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
            '"Lovelace, Ada",13,u-3,ada,A\n',
            ("ada", "Ada", "Lovelace"),
        ),
        (
            '"Last Name","First Name","Username","Student ID"\nLovelace,Ada,al1,77\n',
            ("77", "Ada", "Lovelace"),
        ),
        ("Name,,\n\n Ada Lovelace ,,\n", ("Ada Lovelace", "Ada", "Lovelace")),
    ],
)
@pytest.mark.parametrize("letters", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_usual_columns_are_known(read, text, expected, letters):
    (person,) = read(text, letters).people
    assert (person.id, person.first, person.last) == expected


def test_what_excel_writes_in_korea_is_read(read):
    (person,) = read("학번,성명\n20240001,이민수\n", "cp949").people
    assert person.first == "이민수"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("mark,points\n1,2\n", "names no column with students"),
        ("id,name\nada,A\nbob,B\nada,C\n", "lines 2 and 4 are the same student, ada"),
        ("id,name\na*b,A\n", r"line 2: 'a\*b' cannot be an id: it holds \*"),
        ("id,name\nalice,A\nаlice,B\n", "line 3: аlice cannot be told from alice"),
        ("id,name\n,\nx,\n,,\n , ,e\n", "line 5: '' cannot be an id: it is empty"),
        ('id,name\n"ada,A\n', "is not a CSV file"),
        ("id\0,name\n", "is not a table of text"),
    ],
)
def test_what_is_wrong_with_a_table_is_one_line_with_its_place(read, text, said):
    with pytest.raises(UserError, match=said) as error:
        read(text)
    assert "students.csv" in str(error.value)


def test_a_file_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / "students.xlsx"
    path.write_bytes(b"PK\x03\x04\x00\x00\xff\xfe\x00")
    with pytest.raises(UserError, match="save it as CSV"):
        roster.read(path)


def test_two_students_of_one_name_are_told_apart_by_their_ids_only(read):
    people = read("id,name,email\n1001,Ada Kim,a@b.c\n1002,Kim Ada,b@b.c\n")
    assert [one.id for one in people.named("kim, ada")] == ["1001", "1002"]
    assert [one.id for one in people.named(" 1002 ")] == ["1002"]
    assert [one.id for one in people.named("B@b.c")] == ["1002"]
    assert [one.id for one in people.mentioned(["hw", "1001", "final"])] == ["1001"]
    assert people.mentioned(["1"]) == []
