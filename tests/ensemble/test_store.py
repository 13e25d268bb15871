"""A saved run: interrupted and gone on with, refused, read, verified, and never guessed at."""

import fcntl
import json
import os
import shutil
import signal

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ripeness import engine
from ripeness.base import RipenessError, content_hash
from ripeness.case import load
from ripeness.ensemble import chunk
from ripeness.ensemble.chunk import chunk_path
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.fans import QUANTILES, fans_of, quantiles_of
from ripeness.ensemble.metrics import comparison
from ripeness.ensemble.plan import chunk_size, outcome_rows
from ripeness.ensemble.record import model_version, record_hash, run_record
from ripeness.ensemble.saved import load_fans, load_run, member_paths
from ripeness.ensemble.simulate import pose
from ripeness.ensemble.store import run_in_memory, simulate_to_folder
from ripeness.ensemble.verify import verify_run
from ripeness.flow import NEVER, Parameters, layout_of, records_of
from ripeness.policy import compile_policy

OUTPUT_ROWS = records_of("money_chain").output_rows
OUTCOME_ROWS = outcome_rows(records_of("money_chain"))

MEMBERS = 1000
OPTIONS = {"fan_members": 600, "saved_paths": 300, "threads": 2}
FILES = ("fans.parquet", "inputs.npz", "outcomes.parquet", "parameters.parquet")


@pytest.fixture
def saved(tmp_path, small, cheap):
    """A finished run."""
    folder = tmp_path / "run"
    simulate_to_folder(small.question(), small.parameters(MEMBERS), folder, **OPTIONS)
    return folder


def contents(folder):
    """Bytes of every file but run.json, which holds times."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "run.json"
    }


def interrupted_after(count):
    there = []

    def done(length):
        there.append(length)
        if len(there) == count:
            raise KeyboardInterrupt

    return done


# --- what is written -------------------------------------------------------------------------------


def test_a_finished_folder_holds_what_run_json_lists_and_no_chunks(saved):
    manifest = json.loads((saved / "run.json").read_text())
    listed = set(manifest["files"])
    assert set(contents(saved)) == listed
    assert set(FILES) < listed
    assert any(name.startswith("paths.zarr/") for name in listed)
    assert manifest["status"] == "finished"
    assert manifest["run"]["members"] == MEMBERS
    assert manifest["run"]["hash"] == record_hash(manifest["run"])
    assert {"cpu", "cores"} <= set(manifest["hardware"])
    assert {"numpy", "numba", "python"} <= set(manifest["versions"])
    assert not (saved / "chunks").exists()


def test_a_saved_run_is_the_run_in_memory(saved, small):
    here = run_in_memory(small.question(), small.parameters(MEMBERS), keep_paths=600, threads=1)
    there = load_run(saved)
    rows = [OUTPUT_ROWS.index(name) for name in OUTCOME_ROWS]
    assert there.record == here.record
    assert (there.policies, there.months, there.start, there.until) == (
        here.policies,
        here.months,
        here.start,
        here.until,
    )
    assert there.finals.dtype == np.float32
    np.testing.assert_array_equal(there.finals[:, rows], here.finals[:, rows])
    assert np.isnan(np.delete(there.finals, rows, axis=1)).all()
    np.testing.assert_array_equal(there.parameters, here.parameters)
    np.testing.assert_array_equal(there.paths, here.paths[..., :300])
    fans, expected = load_fans(saved), fans_of(here)
    for name in ("means", "sds", "quantiles"):
        np.testing.assert_array_equal(getattr(fans, name), getattr(expected, name))
    assert (fans.policies, fans.months, fans.members) == (expected.policies, expected.months, 600)
    np.testing.assert_array_equal(
        fans.quantile("harder", "brent_usd_bbl", "p50"),
        np.median(here.paths[1, :, OUTPUT_ROWS.index("brent_usd_bbl")].astype(float), axis=1),
    )


def test_tables_are_plain_parquet(saved):
    outcomes = pq.read_table(saved / "outcomes.parquet")
    assert outcomes.num_rows == 3 * MEMBERS
    assert outcomes.column_names == ["policy", "member", *OUTCOME_ROWS]
    fans = pq.read_table(saved / "fans.parquet")
    assert fans.column_names == ["policy", "month", "output", "mean", "sd", *QUANTILES]
    assert fans.num_rows == 3 * 6 * len(OUTPUT_ROWS)


def test_numbers_do_not_depend_on_threads_or_on_how_parameters_come(saved, tmp_path, small):
    simulate_to_folder(
        small.question(),
        lambda first, length: small.parameters(length, first),
        tmp_path / "other",
        members=MEMBERS,
        **(OPTIONS | {"threads": 1}),
    )
    assert contents(tmp_path / "other") == contents(saved)


def test_paths_are_kept_without_zarr(tmp_path, small, cheap, monkeypatch, saved):
    monkeypatch.setattr("ripeness.ensemble.tables.find_spec", lambda name: None)
    simulate_to_folder(small.question(), small.parameters(MEMBERS), tmp_path / "plain", **OPTIONS)
    assert (tmp_path / "plain" / "paths.npz").is_file()
    np.testing.assert_array_equal(load_run(tmp_path / "plain").paths, load_run(saved).paths)
    assert verify_run(tmp_path / "plain", recompute=True).ok


def test_no_paths_are_saved_unless_asked(tmp_path, small, cheap):
    simulate_to_folder(small.question(), small.parameters(64), tmp_path)
    assert load_run(tmp_path).paths.shape == (3, 6, len(OUTPUT_ROWS), 0)
    assert set(contents(tmp_path)) == set(FILES)


@pytest.mark.parametrize("member", [0, 255, 256, 999])
def test_any_path_is_computed_again_from_the_folder_alone(saved, small, member):
    whole = run_in_memory(small.question(), small.parameters(MEMBERS), keep_paths=MEMBERS)
    np.testing.assert_array_equal(member_paths(saved, member), whole.paths[..., member])


def test_a_member_that_is_not_there_is_refused(saved):
    with pytest.raises(RipenessError, match="no member 1000"):
        member_paths(saved, 1000)


def test_chunks_are_whole_blocks_that_depend_on_the_number_of_members_only():
    for members in (1, 256, 257, 5000, 10**5, 10**7):
        assert chunk_size(members) % engine.BLOCK == 0
        assert chunk_size(members) <= 4096
    assert chunk_size(10**5) == 4096


# --- the record ------------------------------------------------------------------------------------


def test_the_hash_moves_with_all_that_determines_the_numbers(small):
    base = run_record(small.question(), small.parameters(300))
    levers = small.question()
    levers.policies[1, 2, 3] += 1e-9
    months = small.question()
    months.months[0, 0] += 1e-9
    parameters = small.parameters(300)
    parameters[5, 299] += 1e-9
    others = [
        run_record(small.question(seed=2), small.parameters(300)),
        run_record(levers, small.parameters(300)),
        run_record(months, small.parameters(300)),
        run_record(small.question(), parameters),
        run_record(small.question(), small.parameters(301)),
        run_record(small.question(names=("as_enacted", "softer", "harder")), small.parameters(300)),
        run_record(small.question(), small.parameters(300), backend="reference"),
    ]
    assert len({record["hash"] for record in [base, *others]}) == 8
    assert run_record(small.question(), small.parameters(300)) == base
    assert (base["mode"], base["data_as_of"], base["dtype"]) == ("replay", "2024-03", "float32")


def test_a_policy_has_one_hash_whether_or_not_it_carries_the_record(small):
    question = small.question()
    question.policies[1] = question.policies[0]
    question.policies[1, :, -1] = 0.0
    hashes = run_record(question, small.parameters(3))["policy_hashes"]
    assert hashes["as_enacted"] == hashes["harder"] != hashes["softer"]


def test_the_model_version_names_package_and_sources():
    package, _, digest = model_version().partition("+")
    assert package
    assert len(digest) == 12


# --- interruption and resume -----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_an_interrupted_run_goes_on_to_the_same_bytes(saved, tmp_path, small, count, monkeypatch):
    folder = tmp_path / "again"
    question, parameters = small.question(), small.parameters(MEMBERS)
    with pytest.raises(KeyboardInterrupt):
        simulate_to_folder(
            question, parameters, folder, done=interrupted_after(count), **(OPTIONS | {"threads": 1})
        )
    left = sorted((folder / "chunks").iterdir())
    assert count <= len(left)  # what was under way is written too
    assert not verify_run(folder).ok
    with pytest.raises(RipenessError, match="interrupted"):
        load_run(folder)

    computed = []
    plain = chunk.run_chunk
    monkeypatch.setattr(chunk, "run_chunk", lambda *args: computed.append(args[2]) or plain(*args))
    lengths = []
    simulate_to_folder(question, parameters, folder, done=lengths.append, **OPTIONS)
    assert len(computed) == 4 - len(left)
    assert sum(lengths) == MEMBERS
    assert contents(folder) == contents(saved)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_process_leaves_a_folder_to_go_on_with(tmp_path, small, cheap, number):
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    assert small.process(killed, MEMBERS, signal_after=2, signal_number=number) != 0
    assert len(list((killed / "chunks").glob("*.npz"))) >= 2
    assert not (killed / "outcomes.parquet").exists()
    for folder in (killed, whole):
        simulate_to_folder(small.question(), small.parameters(MEMBERS), folder)
    assert contents(killed) == contents(whole)
    assert verify_run(killed, recompute=True).ok


def test_a_run_cut_off_while_finishing_is_finished(saved, tmp_path, small, monkeypatch):
    folder = tmp_path / "again"
    with monkeypatch.context() as broken:
        broken.setattr("ripeness.ensemble.store.write_fans_of_chunks", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            simulate_to_folder(small.question(), small.parameters(MEMBERS), folder, **OPTIONS)
    assert (folder / "outcomes.parquet").is_file()
    simulate_to_folder(small.question(), small.parameters(MEMBERS), folder, **OPTIONS)
    assert contents(folder) == contents(saved)


def test_what_a_killed_writer_left_is_dropped_and_nothing_else(saved, tmp_path, small):
    folder = tmp_path / "again"
    folder.mkdir()
    (folder / ".outcomes.parquet.123.part").write_text("half")
    (folder / ".paths.zarr.123.part").mkdir()
    (folder / ".paths.zarr.123.part" / "zarr.json").write_text("half")
    simulate_to_folder(small.question(), small.parameters(MEMBERS), folder, **OPTIONS)
    assert contents(folder) == contents(saved)


def test_a_damaged_chunk_is_computed_again_and_said_to_be(saved, tmp_path, small):
    folder = tmp_path / "again"
    with pytest.raises(KeyboardInterrupt):
        simulate_to_folder(
            small.question(), small.parameters(MEMBERS), folder, done=interrupted_after(2), **OPTIONS
        )
    path = chunk_path(folder, 0)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.warns(RuntimeWarning, match="damaged"):
        simulate_to_folder(small.question(), small.parameters(MEMBERS), folder, **OPTIONS)
    assert contents(folder) == contents(saved)


def test_a_finished_run_is_not_computed_again(saved, small, monkeypatch):
    monkeypatch.setattr(chunk, "run_chunk", None)
    before = (saved / "run.json").read_bytes()
    simulate_to_folder(small.question(), small.parameters(MEMBERS), saved, **OPTIONS)
    assert (saved / "run.json").read_bytes() == before


def test_an_outcome_that_is_no_number_stops_the_run_and_is_named(tmp_path, small, cheap):
    parameters = small.parameters(700)
    parameters[0, 600] = np.inf
    with (
        np.errstate(all="ignore"),
        pytest.raises(RipenessError, match="of member 600 under as_enacted is inf"),
    ):
        simulate_to_folder(small.question(), parameters, tmp_path, threads=1)


# --- refusals --------------------------------------------------------------------------------------


def test_another_run_is_refused_with_what_differs(saved, small):
    before = contents(saved)
    harder = small.question(seed=2)
    harder.policies[2, 0, 0] = 9.0
    for question, options, words in (
        (harder, OPTIONS, ["seed is 1 there and 2 here", "policy softer"]),
        (small.question(), OPTIONS | {"saved_paths": 10}, ["saved_paths is 300 there and 10 here"]),
        (small.question(), OPTIONS | {"dtype": "float64"}, ["dtype is float32 there"]),
    ):
        with pytest.raises(RipenessError, match="holds another run") as raised:
            simulate_to_folder(question, small.parameters(MEMBERS), saved, **options)
        assert all(word in str(raised.value) for word in words), raised.value
        assert "policy harder" not in str(raised.value)
    assert contents(saved) == before


def test_a_folder_with_a_users_files_is_refused_and_left_alone(tmp_path, small, cheap):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(RipenessError, match=r"not empty and holds no saved run \(thesis.docx\)"):
        simulate_to_folder(small.question(), small.parameters(10), tmp_path)
    assert contents(tmp_path) == {"thesis.docx": b"years of work"}


def test_a_users_file_in_the_way_is_not_overwritten(tmp_path, small, cheap):
    with pytest.raises(KeyboardInterrupt):
        simulate_to_folder(small.question(), small.parameters(MEMBERS), tmp_path, done=interrupted_after(1))
    (tmp_path / "outcomes.parquet").write_text("mine")
    (tmp_path / "chunks" / "notes.txt").write_text("mine too")
    with pytest.raises(RipenessError, match="move it away"):
        simulate_to_folder(small.question(), small.parameters(MEMBERS), tmp_path)
    assert (tmp_path / "outcomes.parquet").read_text() == "mine"
    (tmp_path / "outcomes.parquet").unlink()
    simulate_to_folder(small.question(), small.parameters(MEMBERS), tmp_path)
    assert (tmp_path / "chunks" / "notes.txt").read_text() == "mine too"
    assert verify_run(tmp_path).uncertified == ("chunks/notes.txt",)


def test_a_second_writer_is_refused(tmp_path, small, cheap):
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(RipenessError, match="another process"):
            simulate_to_folder(small.question(), small.parameters(10), tmp_path)
    finally:
        os.close(handle)


def test_a_folder_that_cannot_be_made_is_named(tmp_path, small, cheap):
    (tmp_path / "file").write_text("")
    with pytest.raises(RipenessError, match="cannot make the folder"):
        simulate_to_folder(small.question(), small.parameters(10), tmp_path / "file" / "run")


@pytest.mark.parametrize("members", [None, 0])
def test_a_draw_needs_a_number_of_members(tmp_path, small, members):
    with pytest.raises(RipenessError, match="how many"):
        simulate_to_folder(small.question(), lambda first, length: None, tmp_path, members=members)


# --- verification ----------------------------------------------------------------------------------


def test_a_sound_run_is_certified(saved):
    report = verify_run(saved, recompute=True)
    assert report.ok, report.faults
    assert report.identical is True
    assert report.members_recomputed == 256 + 1000 - 768
    assert report.largest_difference == 0.0
    assert report.uncertified == ()
    assert set(report.files) == set(contents(saved))
    json.dumps(report.as_record())
    assert verify_run(saved, recompute=True, sample=99).members_recomputed == MEMBERS


def test_one_changed_byte_anywhere_is_found(saved):
    for path in sorted(path for path in saved.rglob("*") if path.is_file()):
        name, plain = path.relative_to(saved).as_posix(), path.read_bytes()
        for place in {0, len(plain) // 3, len(plain) // 2, len(plain) - 3}:
            path.write_bytes(plain[:place] + bytes([plain[place] ^ 1]) + plain[place + 1 :])
            report = verify_run(saved)
            assert [fault.file for fault in report.faults] == [name], place
            with pytest.raises(RipenessError, match="cannot be trusted"):
                load_run(saved)
        path.write_bytes(plain)
    assert verify_run(saved).ok


def test_a_cut_off_file_is_named(saved):
    for name in (*FILES, "run.json"):
        plain = (saved / name).read_bytes()
        for length in (0, 1, len(plain) // 2, len(plain) - 1):
            (saved / name).write_bytes(plain[:length])
            report = verify_run(saved, recompute=True)
            if name == "run.json" and length == len(plain) - 1:
                continue  # only the last line feed is gone: every word is there
            assert not report.ok
            assert {fault.file for fault in report.faults} == {name}
        (saved / name).write_bytes(plain)


def test_a_missing_file_is_named(saved):
    (saved / "fans.parquet").unlink()
    shutil.rmtree(saved / "paths.zarr")
    named = {fault.file: fault.problem for fault in verify_run(saved).faults}
    assert named["fans.parquet"] == "is missing"
    assert any(name.startswith("paths.zarr/") for name in named)


def test_no_folder_and_no_run_are_faults(tmp_path):
    assert "no run.json" in str(verify_run(tmp_path / "none").faults[0])
    assert not verify_run(tmp_path).ok


def test_a_link_is_not_certified(saved, tmp_path):
    target = tmp_path / "elsewhere.parquet"
    (saved / "fans.parquet").rename(target)
    (saved / "fans.parquet").symlink_to(target)
    report = verify_run(saved)
    assert [fault.file for fault in report.faults] == ["fans.parquet"]
    assert "link" in report.faults[0].problem


def test_a_folder_cut_off_while_copied_is_refused(saved, tmp_path):
    everything = sorted(path for path in saved.rglob("*") if path.is_file())
    for count in range(len(everything)):
        part = tmp_path / f"part{count}"
        for path in everything[:count]:
            copy = part / path.relative_to(saved)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        assert not verify_run(part).ok
        with pytest.raises(RipenessError):
            load_run(part)


def resealed(folder, change):
    """Change run.json and seal it again, as one who means to deceive the seal would."""
    manifest = json.loads((folder / "run.json").read_text())
    change(manifest)
    manifest["seal"] = content_hash({key: value for key, value in manifest.items() if key != "seal"})
    (folder / "run.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["run"].update(seed=5),
        lambda manifest: manifest["grid"].update(chunks=2),
        lambda manifest: manifest["grid"].update(chunk=0),
        lambda manifest: manifest.update(format=99),
        lambda manifest: manifest.update(status="certified"),
        lambda manifest: manifest["files"].pop("outcomes.parquet"),
        lambda manifest: manifest["files"].update({"../elsewhere": {"bytes": 0, "sha256": ""}}),
        lambda manifest: manifest.update(files=[]),
        lambda manifest: manifest.pop("run"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(saved, change):
    resealed(saved, change)
    assert not verify_run(saved).ok


def test_inputs_that_are_not_the_records_are_found(saved):
    def reseeded(manifest):
        manifest["run"]["parameters_hash"] = "0" * 64
        manifest["run"]["hash"] = record_hash(manifest["run"])

    resealed(saved, reseeded)
    assert [fault.key for fault in verify_run(saved).faults] == ["parameters_hash"]


def test_numbers_that_the_model_does_not_give_are_found(saved, monkeypatch):
    plain = chunk.run_chunk

    def drifted(question, parameters, first, *rest):
        result = plain(question, parameters, first, *rest)
        if first:
            result.finals[1, :, 7] = np.nextafter(result.finals[1, :, 7], np.float32(1e9))
        return result

    monkeypatch.setattr(chunk, "run_chunk", drifted)
    report = verify_run(saved, recompute=True)
    assert not report.ok
    assert report.identical is False
    assert "differs from the same members" in report.faults[0].problem

    monkeypatch.setattr("ripeness.ensemble.verify.same_bits_expected", lambda manifest: False)
    elsewhere = verify_run(saved, recompute=True)
    assert elsewhere.ok
    assert elsewhere.identical is False
    assert 0 < elsewhere.largest_difference < 1e-3


def test_numbers_far_from_those_of_another_machine_are_found(saved, monkeypatch):
    plain = chunk.run_chunk

    def other(question, parameters, first, *rest):
        result = plain(question, parameters, first, *rest)
        result.finals[...] *= np.float32(1.01)
        return result

    monkeypatch.setattr(chunk, "run_chunk", other)
    monkeypatch.setattr("ripeness.ensemble.verify.same_bits_expected", lambda manifest: False)
    assert not verify_run(saved, recompute=True).ok


def test_another_model_cannot_repeat_a_run(saved, monkeypatch):
    monkeypatch.setattr("ripeness.ensemble.verify.model_version", lambda: "9.9+other")
    assert verify_run(saved).ok
    report = verify_run(saved, recompute=True)
    assert [fault.key for fault in report.faults] == ["model_version"]


# --- fans ------------------------------------------------------------------------------------------


def test_quantiles_of_first_passages_are_months_or_never():
    months = np.array([3.0] * 40 + [8.0] * 30 + [NEVER] * 30)
    assert quantiles_of(months, censored=True).tolist() == [3, 3, 8, np.inf, np.inf]
    assert np.isnan(quantiles_of(np.empty((2, 0)))).all()


@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(1, 3), st.integers(1, 150)), elements=st.floats(-1e3, 1e3, width=32)
    )
)
def test_quantiles_are_numpys(values):
    levels = list(QUANTILES.values())
    np.testing.assert_allclose(
        quantiles_of(values), np.quantile(values.astype(float), levels, axis=-1), rtol=1e-9, atol=1e-9
    )
    months = np.abs(values).round()
    np.testing.assert_array_equal(
        quantiles_of(months, censored=True),
        np.where(
            (exact := np.quantile(months, levels, axis=-1, method="inverted_cdf")) >= NEVER, np.inf, exact
        ),
    )


# --- many machines ---------------------------------------------------------------------------------


def test_a_cluster_that_does_not_answer_is_named(tmp_path, small, cheap, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("ripeness.ensemble.cluster.SECONDS_TO_CONNECT", 0.5)
    with pytest.raises(RipenessError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        simulate_to_folder(small.question(), small.parameters(10), tmp_path, cluster="tcp://127.0.0.1:9")


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes_as_threads(saved, tmp_path, small):
    distributed = pytest.importorskip("distributed")
    folder = tmp_path / "cluster"
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as cluster:
        simulate_to_folder(
            small.question(),
            small.parameters(MEMBERS),
            folder,
            cluster=cluster.scheduler_address,
            **OPTIONS,
        )
    assert contents(folder) == contents(saved)


# --- the real thing --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_states():
    """The shipped toy case under all its policies: question, and the prior draws of members."""
    case = load("two_states")
    start = case.default_start
    policies = [compile_policy(case, name, start) for name in sorted(case.policies)]
    question = pose(case, policies, start, start + 11, seed=4)
    return question, lambda first, length: draw_parameters(
        case, layout_of(Parameters), length, 4, first_member=first
    )


def test_a_real_run_is_the_same_in_memory_saved_and_simulated_again(two_states, tmp_path):
    question, draw = two_states
    options = {"backend": "reference", "threads": 1}
    simulate_to_folder(question, draw, tmp_path, members=300, fan_members=300, saved_paths=2, **options)
    here = run_in_memory(question, draw(0, 300), keep_paths=300, **options)
    there = load_run(tmp_path)
    assert there.record == here.record
    assert comparison(there) == comparison(here)
    np.testing.assert_array_equal(load_fans(tmp_path).means, fans_of(here).means)
    np.testing.assert_array_equal(load_fans(tmp_path).quantiles, fans_of(here).quantiles)
    report = verify_run(tmp_path, recompute=True)
    assert report.ok, report.faults
    assert (report.identical, report.members_recomputed) == (True, 300)
    np.testing.assert_array_equal(member_paths(tmp_path, 299), here.paths[..., 299])


@pytest.mark.slow
def test_the_kernel_gives_the_same_bytes_from_threads_and_worker_processes(two_states, tmp_path):
    distributed = pytest.importorskip("distributed")
    question, draw = two_states
    options = {"members": 1100, "fan_members": 300, "saved_paths": 10}
    simulate_to_folder(question, draw, tmp_path / "threads", threads=2, **options)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        address = cluster.scheduler_address
        simulate_to_folder(question, draw, tmp_path / "cluster", cluster=address, **options)
    assert contents(tmp_path / "cluster") == contents(tmp_path / "threads")
    assert verify_run(tmp_path / "cluster", recompute=True).identical
