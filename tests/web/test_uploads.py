"""Cases that are handed in: data only, within bounds, checked as any case is, and nothing left behind."""

from __future__ import annotations

import io
import random
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ripeness.api.lab_uploads import Bounds, handed_in
from ripeness.base import CaseFaults, RipenessError
from ripeness.case import locate

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def files() -> Files:
    """A sound case by path."""
    folder = locate("two_states")
    return {
        f"two_states/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".yaml", ".csv", ".md")
    }


def packed(files: Files, change: Callable[[zipfile.ZipInfo], None] | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if change is not None:
                change(entry)
            out.writestr(entry, data)
    return made.getvalue()


def problems(body: bytes, bounds: Bounds | None = None) -> str:
    with pytest.raises(RipenessError) as caught:
        handed_in(body, bounds or Bounds())
    assert isinstance(caught.value, CaseFaults)
    return " ".join(f"{fault.key}: {fault.problem}" for fault in caught.value.faults)


def left_behind() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("ripeness-case-*"))


def test_a_case_comes_back_as_it_was_taken_away(site: httpx.Client) -> None:
    taken = site.get("/api/v1/case.zip?case=two_states").content
    answer = site.post("/api/v1/cases", content=taken, headers={"content-type": "application/zip"})
    assert answer.status_code == 201, answer.text
    name = answer.json()["name"]
    assert name.startswith("two_states_")
    assert answer.json()["link"] == f"v=1&case={name}"
    own, shipped = (
        site.get(f"/api/v1/money?n=40&case={each}").json()["policies"]["as_enacted"]["charts"]
        for each in (name, "two_states")
    )
    assert own == shipped
    listed = {each["name"]: each["handed_in"] for each in site.get("/api/v1/schema").json()["cases"]}
    assert listed[name]
    assert not listed["ukraine"]


def test_every_fault_of_a_case_is_told(site: httpx.Client, files: Files) -> None:
    spoilt = dict(files)
    spoilt["two_states/case.yaml"] = spoilt["two_states/case.yaml"].replace(b"program:", b"programme:")
    spoilt["two_states/policies/new.yaml"] = b"policy: new\ntitle: New\n"
    answer = site.post("/api/v1/cases", content=packed(spoilt))
    assert answer.status_code == 422
    assert {fault["file"] for fault in answer.json()["faults"]} >= {"case.yaml", "policies/new.yaml"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("two_states/../../../tmp/evil.yaml", "no path inside a case"),
        ("two_states/policies/../evil.yaml", "no path inside a case"),
        ("two_states/policies\\evil.yaml", "no path inside a case"),
        ("two_states/policies/deep/evil.yaml", "no path inside a case"),
        ("two_states/policies/evil.py", "no file of a case"),
        ("two_states/policies/evil.npz", "no file of a case"),
        ("two_states/.hidden.yaml", "no path inside a case"),
        ("two_states/policies/naïve.yaml", "no path inside a case"),
    ],
)
def test_entries_that_lead_elsewhere_are_refused(files: Files, name: str, said: str) -> None:
    before = left_behind()
    assert said in problems(packed({**files, name: b"policy: evil\n"}))
    assert left_behind() == before
    assert not Path("/tmp/evil.yaml").exists()


def test_an_absolute_path_is_refused(files: Files) -> None:
    assert "no path inside a case" in problems(packed({**files, "/etc/evil.yaml": b"x: 1\n"}))


def test_links_and_passwords_are_refused(files: Files) -> None:
    def as_link(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = 0o120777 << 16

    assert "no plain file" in problems(packed(files, as_link))
    body = bytearray(packed(files))
    central = body.index(b"PK\x01\x02")
    body[central + 8] |= 1
    assert "encrypted" in problems(bytes(body))


def test_an_archive_may_not_grow_beyond_its_bounds(files: Files) -> None:
    bomb = packed({**files, "two_states/series/bomb.csv": b"0" * 30_000_000})
    assert len(bomb) < 200_000
    assert "unpacks to more" in problems(bomb)
    assert "more than 3 files" in problems(packed(files), Bounds(files=3))


def test_unusual_packing_is_refused_unread(files: Files) -> None:
    def unusual(entry: zipfile.ZipInfo) -> None:
        entry.compress_type = zipfile.ZIP_LZMA

    assert "unusual" in problems(packed(files, unusual))
    later = bytearray(packed(files))
    later[later.index(b"PK\x01\x02") + 6] = 250  # the version of ZIP that is needed to read it
    assert "no ZIP archive" in problems(bytes(later))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a: &a [x, x]\nb: [*a, *a]\n", "anchor"),
        (b"policy: " + b"[" * 20_000 + b"]" * 20_000, "nested deeper"),
        (b"policy: !!python/object/apply:os.system ['true']\n", "tag"),
    ],
    ids=["aliases", "depth", "code"],
)
def test_text_that_would_grow_or_run_is_refused(files: Files, text: bytes, said: str) -> None:
    assert said in problems(packed({**files, "two_states/policies/other.yaml": text}))


def test_a_case_may_not_span_centuries(files: Files) -> None:
    about = files["two_states/case.yaml"].replace(b"last_month: 2004-12", b"last_month: 2900-12")
    with pytest.raises(RipenessError, match="600 months"):
        handed_in(packed({**files, "two_states/case.yaml": about}), Bounds())


def test_what_an_archive_says_of_its_size_is_not_believed(files: Files) -> None:
    body = bytearray(packed({"two_states/case.yaml": b"case: x\n" + b" " * 400_000}))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = body.index(mark) + at
        body[place : place + 4] = (100).to_bytes(4, "little")
    said = problems(bytes(body), Bounds(bytes=1000))
    assert "unpack" in said


def test_the_same_name_twice_is_refused(files: Files) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, data in files.items():
            out.writestr(name, data)
        with pytest.warns(UserWarning, match="Duplicate"):
            out.writestr("two_states/case.yaml", b"case: other\n")
    assert "there twice" in problems(made.getvalue())


@pytest.mark.parametrize("body", [b"", b"PK", b"hello", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive_is_said_so(site: httpx.Client, body: bytes) -> None:
    answer = site.post("/api/v1/cases", content=body)
    assert answer.status_code == 422
    assert answer.json()["faults"]


def test_spoilt_archives_never_break_the_server(site: httpx.Client, files: Files) -> None:
    before = left_behind()
    sound = packed(files)
    luck = random.Random(1)
    for _ in range(60):
        body = bytearray(sound)
        for _ in range(luck.choice((1, 3, 30))):
            body[luck.randrange(len(body))] = luck.randrange(256)
        cut = bytes(body[: luck.randrange(1, len(body))]) if luck.random() < 0.3 else bytes(body)
        answer = site.post("/api/v1/cases", content=cut)
        assert answer.status_code in (201, 422), answer.text
    assert site.get("/health").json()["ok"]
    assert len(left_behind() - before) <= 8


def test_the_oldest_case_gives_way(files: Files) -> None:
    from ripeness.api.lab import Lab

    lab = Lab(most_cases=2)
    names = []
    for number in range(3):
        changed = dict(files)
        changed["two_states/case.yaml"] += f"# {number}\n".encode()
        names.append(lab.hand_in(packed(changed))["name"])
    assert names[0] not in lab.case_names()
    assert set(names[1:]) <= set(lab.case_names())
    lab.close()
    assert not set(names) & set(lab.case_names())
