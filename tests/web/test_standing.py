"""What must hold while a server stays up: tags that know everything, failures that are told, an end that is an end."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from ripeness.api import lab_jobs
from ripeness.api.lab import Lab
from ripeness.api.lab_jobs import Closed, Job, Jobs, Stopped
from ripeness.base import RipenessError
from ripeness.case import derived_hash


def test_a_tag_changes_with_the_fit_and_the_scores(tmp_path: Path) -> None:
    (tmp_path / "posterior").mkdir()
    before = derived_hash(tmp_path)
    (tmp_path / "posterior" / "draws.csv").write_text("1")
    fitted = derived_hash(tmp_path)
    (tmp_path / "scores.json").write_text("{}")
    assert len({before, fitted, derived_hash(tmp_path)}) == 3
    lab = Lab()
    link = lab.link("v=1")
    case = lab.case("ukraine")
    elsewhere = replace(case, folder=tmp_path)
    assert lab._derived(case) != lab._derived(elsewhere)
    assert lab.tag(link) == lab.tag(link) != lab.tag(link, "money")


def test_an_answer_does_not_depend_on_what_others_asked(site: httpx.Client) -> None:
    text = "n=40&seed=41&l.product_import_ban=0.5&l.waiver=0.55"
    first = site.get(f"/api/v1/money?{text}&part=moved")
    site.get("/api/v1/money?n=40&seed=41&l.waiver=0.55")
    site.get("/api/v1/money?n=40&seed=41&l.product_import_ban=0.5")
    again = site.get(f"/api/v1/money?{text}&part=moved")
    assert again.json() == first.json()
    assert again.headers["etag"] == first.headers["etag"]


def test_nothing_is_begun_once_the_jobs_are_closed() -> None:
    jobs = Jobs()
    done = jobs.job("done", lambda job: 1)
    assert done.finished.wait(5)
    jobs.close()
    assert jobs.job("done", lambda job: 2) is done
    with pytest.raises(Closed, match="going down"):
        jobs.job("new", lambda job: 3)


def test_a_job_that_fails_says_so_once_and_may_be_asked_again() -> None:
    jobs = Jobs()

    def fail(job: Job) -> None:
        raise RipenessError("nothing of the kind", "ask something else")

    jobs.job("a", fail).finished.wait(10)
    with pytest.raises(RipenessError, match="nothing of the kind"):
        jobs.job("a", fail).require_sound()
    again = jobs.job("a", fail)
    assert again.error is None or again.finished.is_set()
    jobs.close()


def test_work_that_was_stopped_as_nobody_asked_is_begun_again_and_not_told_as_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lab_jobs, "UNASKED", 0.05)
    jobs = Jobs()
    patient = threading.Event()

    def work(job: Job) -> str:
        while not patient.is_set():
            job.advance()
            time.sleep(0.01)
        return "done"

    left = jobs.job("a", work)
    assert left.finished.wait(10)
    assert isinstance(left.error, Stopped)
    patient.set()
    again = jobs.job("a", work)
    again.require_sound()
    assert again.finished.wait(10)
    assert again.result == "done"
    jobs.close()


def test_a_question_that_cannot_be_looked_into_is_refused(site: httpx.Client) -> None:
    asked = "/api/v1/conditions?better=simultaneous&metric=nonsense"
    for _ in range(200):
        answer = site.get(asked)
        if answer.status_code != 202:
            break
        time.sleep(0.1)
    assert answer.status_code == 422
    assert "nonsense" in answer.text


def test_a_case_that_is_handed_in_twice_is_one_case(site: httpx.Client) -> None:
    packed = site.get("/api/v1/case.zip?case=two_states").content
    names = [
        site.post("/api/v1/cases", content=packed, headers={"content-type": "application/zip"}).json()["name"]
        for _ in range(2)
    ]
    assert names[0] == names[1]
    back = site.get(f"/api/v1/case.zip?case={names[0]}")
    assert zipfile.ZipFile(io.BytesIO(back.content)).testzip() is None


def test_a_file_that_is_a_folder_too_is_refused(site: httpx.Client) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        out.writestr("case.yaml", "case: odd\n")
        out.writestr("a.yaml", "x: 1\n")
        out.writestr("a.yaml/b.yaml", "x: 1\n")
    answer = site.post("/api/v1/cases", content=made.getvalue())
    assert answer.status_code == 422
    assert "file and a folder" in answer.text


@pytest.mark.parametrize("kind", ["json", "zip", "py"])
def test_what_has_no_charts_takes_none(site: httpx.Client, kind: str) -> None:
    for chart in ("%E2%82%AC", "x%0d%0aSet-Cookie:a=b", "brent_usd_bbl"):
        assert site.get(f"/api/v1/run.{kind}?n=40&chart={chart}").status_code == 422
    assert site.get("/api/v1/run.csv?n=40&chart=%E2%82%AC").status_code == 422


def test_numbers_do_not_wait_for_pictures(site: httpx.Client, lab: Lab) -> None:
    site.get("/api/v1/money?n=40")
    with httpx.Client(base_url=site.base_url, timeout=60) as other:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(4) as pool:
            pictures = [pool.submit(other.get, f"/api/v1/run.png?n=40&seed={seed}") for seed in range(4)]
            time.sleep(0.2)
            site.get("/api/v1/money?n=40&l.waiver=0.123")
            assert not all(each.done() for each in pictures)
            assert {each.result().status_code for each in pictures} == {200}


def test_a_question_for_the_head_alone_is_answered(site: httpx.Client) -> None:
    answer = site.head("/")
    assert answer.status_code == 200
    assert answer.content == b""


def test_the_address_of_a_link_is_that_of_the_server(site: httpx.Client) -> None:
    address = site.get("/api/v1/link?l.waiver=0.5").json()["address"]
    assert address.startswith(str(site.base_url))


@pytest.mark.slow
def test_the_server_ends_soon_though_work_is_under_way() -> None:
    words = [sys.executable, "-m", "ripeness", "serve", "--no-browser", "--port", "0"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    address = process.stderr.readline().split("http://")[1].split("/")[0]
    try:
        with httpx.Client(base_url=f"http://{address}", timeout=60) as client:
            while not client.get("/health").json()["ready"]:
                time.sleep(0.1)
            asking = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    f"import httpx; httpx.get('http://{address}/api/v1/compare?draws=64', timeout=100)",
                ],
                stderr=subprocess.DEVNULL,
            )
            while client.get("/health").json()["running"] == 0:
                time.sleep(0.1)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert time.monotonic() - began < 20
        asking.kill()
    finally:
        process.kill()


def test_a_case_that_there_is_not_is_said_before_anything_is_served() -> None:
    words = [sys.executable, "-m", "ripeness", "serve", "nosuchcase", "--no-browser", "--port", "0"]
    found = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode != 0
    assert "nosuchcase" in found.stderr
