"""Content hashes: equal for equal content, different for different content, refused where unsure."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.base import Month, RipenessError, content_hash, hash_file, hash_folder

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text("ab"), inside, max_size=3),
    max_leaves=8,
)


def same(a, b):
    """Equality that tells 1, 1.0 and True apart, and 0.0 from -0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return repr(a) == repr(b)


@given(plain, plain)
def test_hashes_are_equal_where_contents_are(a, b):
    assert (content_hash(a) == content_hash(b)) == same(a, b)


def test_it_is_the_same_on_every_machine():
    record = {"b": [1, 2.5, None, True, "é"], "a": np.arange(3, dtype="<i4")}
    assert content_hash(record) == "a7414261992b49eb5f254f4db2dfc812d9f0dba2143323b550369a7d22b2bba1"


def test_order_of_keys_and_layout_of_memory_do_not_matter():
    assert content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    array = np.arange(12.0).reshape(3, 4)
    assert content_hash(array) == content_hash(np.asfortranarray(array)) == content_hash(array.astype(">f8"))
    assert content_hash(array) != content_hash(array.reshape(4, 3))
    assert content_hash(array) != content_hash(array.astype(np.float32))
    assert content_hash((1, 2)) == content_hash([1, 2])
    assert content_hash(np.float64(0.5)) == content_hash(0.5)
    assert content_hash([["a"], "b"]) != content_hash([["a", "b"]])


def test_records_hash_by_their_fields():
    @dataclass(frozen=True)
    class Point:
        x: float

    assert content_hash(Point(1.0)) != content_hash(Point(2.0))
    assert content_hash(Month(2022, 1)) == content_hash(Month.parse("2022-01"))


@pytest.mark.parametrize(
    "thing", [{1: 2}, {"a"}, object(), Path("x"), np.array([object()]), len, "\ud800", lambda: 0]
)
def test_what_cannot_be_hashed_is_refused(thing):
    with pytest.raises(RipenessError):
        content_hash({"inside": [thing]})


def test_a_circle_is_refused():
    circle = []
    circle.append(circle)
    with pytest.raises(RipenessError, match="contains itself"):
        content_hash(circle)


def test_files_and_folders(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_text("1")
    before = hash_folder(tmp_path)
    assert before == hash_folder(tmp_path)
    (tmp_path / "a" / "one.txt").rename(tmp_path / "a" / "two.txt")
    assert hash_folder(tmp_path) != before
    assert hash_file(tmp_path / "a" / "two.txt") == (
        "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    )
    os.symlink(tmp_path / "a" / "two.txt", tmp_path / "link")
    for broken in (
        lambda: hash_folder(tmp_path),
        lambda: hash_file(tmp_path / "link"),
        lambda: hash_file(tmp_path),
    ):
        with pytest.raises(RipenessError):
            broken()
