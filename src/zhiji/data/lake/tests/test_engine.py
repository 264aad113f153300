"""The engine reads the lake, and can do nothing else."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path

import duckdb
import ibis
import ibis.expr.operations as ops
import pyarrow as pa
import pytest

from zhiji.data.lake import Engine, EngineSettings, Lake, LakeWriter, errors, open_engine
from zhiji.data.lake.errors import (
    EngineUnknown,
    LakeCorrupt,
    LakeMissing,
    QueryCancelled,
    QueryRefused,
    QueryTimedOut,
    QueryTooLarge,
)
from zhiji.kernel import CodedError, Reason, render


@pytest.fixture
def engine(lake_folder: Path):
    with open_engine(lake_folder, EngineSettings(threads=1, memory_mb=256)) as opened:
        yield opened


def slow(engine: Engine):
    """A query of minutes."""
    lines = engine.tables.order_lines
    many = lines.select(n0=lines.line_id)
    for number in range(1, 6):
        many = many.cross_join(lines.select(lines.line_id.name(f"n{number}")))
    return many.aggregate(total=((many.n0 * many.n3 + many.n5) % 7).sum())


def test_reads_every_table_of_one_version(engine: Engine, lake_folder: Path, rows) -> None:
    with LakeWriter(lake_folder) as writer:
        writer.commit({})
    lines = engine.to_arrow(engine.tables.order_lines.order_by("line_id"))
    assert lines.cast(rows(100).schema).equals(rows(100))
    assert engine.to_arrow(engine.tables.customers.city).to_pylist() == [{"city": "上海"}]
    assert engine.to_arrow(engine.tables.products).num_rows == 0
    assert not engine.lake.is_current()


def test_a_relation_handed_in_can_be_joined(engine: Engine) -> None:
    ids = ibis.memtable(pa.table({"customer_id": pa.array([2, 3], pa.int64())}))
    found = engine.to_arrow(engine.tables.order_lines.semi_join(ids, "customer_id").customer_id)
    assert set(found["customer_id"].to_pylist()) == {2, 3}


OUTSIDE = [
    "SELECT * FROM read_csv('{outside}')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('{inside}/../../../../secret.csv')",
    "SELECT * FROM '{outside}'",
    "SELECT * FROM glob('/etc/*')",
    "COPY (SELECT 1) TO '{folder}/stolen.csv'",
    "EXPORT DATABASE '{folder}/stolen'",
    "ATTACH '{folder}/stolen.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CREATE SECRET stolen (TYPE s3)",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET lock_configuration = false",
    "SET memory_limit = '99GB'",
    "RESET memory_limit",
    "PRAGMA threads = 99",
    "SET TimeZone = 'Asia/Shanghai'",
]


@pytest.mark.parametrize("statement", OUTSIDE)
def test_the_database_itself_is_shut(engine: Engine, tmp_path: Path, statement: str) -> None:
    """Put straight to the connection, past the engine's own door."""
    secret = tmp_path / "secret.csv"
    secret.write_text("name\ncanary\n")
    connection = engine._connection

    def settings() -> list[tuple]:
        names = "'threads', 'memory_limit', 'lock_configuration', 'enable_external_access', 'TimeZone'"
        return connection.execute(f"SELECT name, value FROM duckdb_settings() WHERE name IN ({names})").fetchall()

    before, files = settings(), sorted(tmp_path.rglob("*"))
    paths = {"outside": secret, "folder": tmp_path, "inside": engine.lake.path}
    with pytest.raises(duckdb.Error):
        connection.execute(statement.format(**paths)).fetchall()
    assert settings() == before
    assert sorted(tmp_path.rglob("*")) == files


@pytest.mark.parametrize(
    "statement", ["COPY (SELECT 1 AS a) TO '{inside}/x.csv'", "ATTACH '{inside}/x.db'", "SELECT 1 AS a"]
)
def test_sql_as_text_is_refused_before_it_runs(engine: Engine, statement: str) -> None:
    """Inside its folders the database may write, so the engine takes no text at all."""
    files = sorted(engine.lake.path.rglob("*"))
    text = statement.format(inside=engine.lake.path)
    for planted in (
        ops.SQLQueryResult(text, ibis.schema({"a": "int64"}), engine._backend),
        ops.SQLStringView(engine.tables.products.op(), text, ibis.schema({"a": "int64"})),
    ):
        table = planted.to_expr()
        with pytest.raises(QueryRefused):
            engine.to_arrow(table.filter(table.a > 0).count())
    assert sorted(engine.lake.path.rglob("*")) == files


@pytest.mark.parametrize("seconds", [0.2, 0.0001])
def test_a_query_is_stopped_at_its_limit_and_the_next_one_runs(engine: Engine, seconds: float) -> None:
    """Also where the limit passes before the database has begun, which forgets an interrupt that comes so early."""
    with pytest.raises(QueryTimedOut) as stopped:
        engine.to_arrow(slow(engine), seconds=seconds)
    assert stopped.value.params == {"seconds": f"{seconds:g}"}
    assert engine.to_arrow(engine.tables.order_lines.count())[0].to_pylist() == [100]


def test_the_limit_of_the_settings_holds_where_a_query_names_none(lake_folder: Path) -> None:
    with open_engine(lake_folder, EngineSettings(threads=1, seconds=0.2)) as engine, pytest.raises(QueryTimedOut):
        engine.to_arrow(slow(engine))


def test_a_query_can_be_cancelled(engine: Engine) -> None:
    seen: list[BaseException] = []

    def run() -> None:
        try:
            engine.to_arrow(slow(engine), seconds=60)
        except CodedError as error:
            seen.append(error)

    worker = threading.Thread(target=run)
    worker.start()
    deadline = time.monotonic() + 20
    while worker.is_alive() and time.monotonic() < deadline:
        engine.cancel()
        time.sleep(0.05)
    worker.join(5)
    assert [type(error) for error in seen] == [QueryCancelled]
    assert engine.to_arrow(engine.tables.order_lines.count())[0].to_pylist() == [100]


def test_many_threads_may_ask_at_once(engine: Engine) -> None:
    answers: list[int] = []

    def ask(number: int) -> None:
        lines = engine.tables.order_lines
        answers.append(engine.to_arrow(lines.filter(lines.line_id < number).count())[0][0].as_py())

    workers = [threading.Thread(target=ask, args=(number,)) for number in range(1, 21)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answers) == list(range(1, 21))


def test_memory_is_bounded(tmp_path: Path, rows) -> None:
    with LakeWriter(tmp_path / "lake") as writer:
        writer.append("order_lines", rows(300_000))
        writer.commit()
    with open_engine(tmp_path / "lake", EngineSettings(threads=1, memory_mb=4)) as engine:
        lines = engine.tables.order_lines
        with pytest.raises(QueryTooLarge) as refused:
            engine.to_arrow(lines.group_by("line_id").aggregate(amount=lines.amount_micros.sum()).order_by("amount"))
        assert refused.value.params == {"megabytes": 4}


def test_what_does_not_fit_in_memory_spills_into_its_folder(tmp_path: Path, rows) -> None:
    """The folder is the one place where the shut database may write."""
    with LakeWriter(tmp_path / "lake") as writer:
        writer.append("order_lines", rows(300_000))
        writer.commit()
    answers: list[int] = []
    largest = 0
    with open_engine(tmp_path / "lake", EngineSettings(threads=1, memory_mb=20, spill=tmp_path)) as engine:
        lines = engine.tables.order_lines
        place = ibis.row_number().over(ibis.window(order_by=[lines.amount_micros.desc(), lines.line_id]))
        placed = lines.mutate(place=place)
        total = (placed.place + placed.order_id + placed.product_id).sum()
        worker = threading.Thread(target=lambda: answers.append(engine.to_arrow(total)[0][0].as_py()))
        worker.start()
        while worker.is_alive():
            with contextlib.suppress(FileNotFoundError):
                largest = max([largest, *(path.stat().st_size for path in engine._spill.iterdir())])
            time.sleep(0.003)
    count = 300_000
    assert answers == [count * (count - 1) + count // 5 * 10]
    assert largest > 0


def test_closing_leaves_nothing_behind(lake_folder: Path, tmp_path: Path) -> None:
    spill = tmp_path / "spill"
    spill.mkdir()
    engine = open_engine(lake_folder, EngineSettings(threads=1, spill=spill))
    assert len(list(spill.iterdir())) == 1
    engine.close()
    assert list(spill.iterdir()) == []


def test_a_damaged_file_is_refused_before_a_figure_is_made(lake_folder: Path) -> None:
    with Lake(lake_folder) as lake:
        path = lake.files("order_lines")[0]
    path.chmod(0o600)
    damaged = bytearray(path.read_bytes())
    damaged[40] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(LakeCorrupt):
        open_engine(lake_folder)
    with pytest.raises(LakeMissing):
        open_engine(lake_folder.parent / "none")


def test_settings_come_from_the_environment() -> None:
    assert EngineSettings.from_environment({}).thread_count == os.cpu_count()
    given = {
        "ZHIJI_ENGINE_THREADS": "3",
        "ZHIJI_ENGINE_MEMORY_MB": "512",
        "ZHIJI_ENGINE_SECONDS": "9",
        "ZHIJI_ENGINE": " ",
    }
    assert EngineSettings.from_environment(given) == EngineSettings("duckdb", 3, 512, 9)
    assert 256 <= EngineSettings().memory_megabytes <= 4096


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZHIJI_ENGINE", "oracle"),
        ("ZHIJI_ENGINE_THREADS", "0"),
        ("ZHIJI_ENGINE_MEMORY_MB", "2GB"),
        ("ZHIJI_ENGINE_SECONDS", "-1"),
    ],
)
def test_a_setting_that_cannot_be_is_said_by_name(name: str, value: str) -> None:
    with pytest.raises(EngineUnknown) as refused:
        EngineSettings.from_environment({name: value})
    assert refused.value.params["setting"] == name


def test_settings_reach_the_database(lake_folder: Path) -> None:
    with open_engine(lake_folder, EngineSettings(threads=1, memory_mb=300)) as engine:
        ask = "SELECT current_setting('threads'), current_setting('memory_limit')"
        assert engine._connection.execute(ask).fetchone() == (1, "300.0 MiB")


@pytest.mark.parametrize("error", [value for value in vars(errors).values() if isinstance(value, type)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_error_has_words(error: type, language: str) -> None:
    if error is CodedError:
        return
    assert issubclass(error, CodedError)
    text = render(Reason(error.code), language)
    assert text.what != error.code
    assert text.why
    assert text.remedy
