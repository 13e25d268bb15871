"""A new case begun from one that works, or from the record of a past war."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from ripeness.base import CaseFaults, RipenessError
from ripeness.case.folder import case_files
from ripeness.case.reading import check, locate, record_alone
from ripeness.case.war_case import files_of
from ripeness.case.war_record import read_war_record

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def new_case(target_folder: str | Path, title: str, template: str | Path = "two_states") -> Path:
    """Copy of a case under the name of its new folder, and its path; passes `check`.

    Where the template is the record of a past war alone, the folder holds all that is made of it.
    RipenessError where the folder is already there or its name is no name, CaseFaults where the
    template itself is at fault.
    """
    target = Path(target_folder)
    if target.exists() or target.is_symlink():
        raise RipenessError(f"{target} is already there", "choose another folder; nothing is overwritten")
    if not _NAME.fullmatch(target.name):
        raise RipenessError(
            f"{target.name!r} cannot name a case", "use lower-case letters, digits and underscores"
        )
    if not title.strip() or not title.isprintable():
        raise RipenessError("the title is empty or holds a line break", "give the case a title in one line")
    texts = _texts(locate(template))
    target.parent.mkdir(parents=True, exist_ok=True)
    # The copy is made beside the target and moved when it is sound, so that a failure leaves nothing behind.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-case-") as aside:
        folder = Path(aside) / target.name
        for file, content in texts.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        about = folder / "case.yaml"
        text = about.read_text(encoding="utf-8")
        text = _with(_with(text, "case", target.name), "title", json.dumps(title, ensure_ascii=False))
        about.write_text(text, encoding="utf-8")
        if faults := check(folder):
            raise CaseFaults(faults)
        folder.rename(target)
    return target


def _texts(source: Path) -> dict[str, bytes]:
    """Content by path of the files of a case, or of those that a record expands to."""
    if (path := record_alone(source)) is not None:
        record, wrong = read_war_record(path)
        if record is None:
            raise CaseFaults(wrong)
        texts = files_of(record, path.read_text(encoding="utf-8"))
        return {file: text.encode() for file, text in texts.items()}
    files, faults = case_files(source)
    if faults:
        raise CaseFaults(faults)
    return {file: (source / file).read_bytes() for file in files}


def _with(text: str, key: str, value: str) -> str:
    """YAML text with the one-line value of a top-level key replaced; comments elsewhere stay."""
    return re.sub(rf"^{key}:.*$", lambda _: f"{key}: {value}", text, count=1, flags=re.MULTILINE)
