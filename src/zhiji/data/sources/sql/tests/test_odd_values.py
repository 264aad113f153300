"""Values that databases have and Python or Arrow have not come as the database writes them, and break nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from shops import Shop, mariadb_shop, postgres_shop, sqlite_shop
from zhiji.data.sources import sql
from zhiji.data.sources.files import inspect, read
from zhiji.data.sources.sql import Table, errors, reading


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ZHIJI_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setenv("ZHIJI_SOURCE_FOLDERS", str(tmp_path))


def only_row(shop: Shop, folder: Path) -> dict[str, Any]:
    """As the import reads it: every value as text."""
    out = folder / "odd.parquet"
    with sql.opened(shop.database) as engine:
        assert sql.pull(engine, Table("odd"), out).rows == 1
    profile = inspect(out, name="odd.parquet")
    received = pq.read_table(read(out, folder / "received", profile).path).to_pylist()[0]
    return {name: received[f"c{number}"] for number, name in enumerate(profile.columns)}


@pytest.mark.postgres
def test_postgresql(postgres_url: str, tmp_path: Path) -> None:
    shop = postgres_shop(postgres_url)
    shop.run("CREATE TYPE mood AS ENUM ('glad', 'sad')")
    shop.run(
        """CREATE TABLE odd AS SELECT 'infinity'::timestamp AS forever, '4713-01-01 BC'::date AS before_all,
        '2025-03-01 09:30:00.25+08'::timestamptz AS there, 0.12345678901234567890::numeric AS fine,
        9223372036854775807::bigint AS big, 'NaN'::numeric AS none, 'Infinity'::float8 AS endless, 0.1::float8 AS tenth,
        gen_random_uuid() AS token, '{"a": [1]}'::jsonb AS document, ARRAY['x', 'y'] AS list, 'glad'::mood AS mood,
        '\\xdeadbeef'::bytea AS bytes, '1 day'::interval AS span, '10.0.0.1'::inet AS net, true AS yes,
        '12:30'::time AS noon, 'ü中\U0001f600' AS "列 name", NULL::text AS empty, 1::money AS cash,
        12345678901234567890123456789012345678::numeric(38, 0) AS wide"""
    )
    row = only_row(shop, tmp_path)
    assert row["forever"] == "infinity"
    assert row["before_all"] == "4713-01-01 BC"
    assert row["there"] == "2025-03-01 01:30:00.25+00"
    assert row["fine"] == "0.12345678901234567890"
    assert (row["big"], row["wide"]) == ("9223372036854775807", "12345678901234567890123456789012345678")
    assert (row["none"], row["tenth"], row["mood"], row["list"]) == ("NaN", "0.1", "glad", "{x,y}")
    assert (row["document"], row["net"], row["yes"], row["noon"]) == ('{"a": [1]}', "10.0.0.1/32", "true", "12:30:00")
    assert row["列 name"] == "ü中\U0001f600"
    assert row["empty"] is None
    assert len(row["token"]) == 36
    assert "bytes" not in row


def test_mariadb(mariadb: dict[str, Any], tmp_path: Path) -> None:
    shop = mariadb_shop(mariadb)
    shop.run(
        "CREATE TABLE odd (never DATETIME, day DATE, big BIGINT UNSIGNED, kind ENUM('a', 'b'), some SET('x', 'y'), "
        "born YEAR, span TIME, document JSON, flag TINYINT(1), fine DECIMAL(38, 20), bytes BLOB, "
        "there TIMESTAMP(3) NULL, "
        "far DOUBLE, words TEXT)"
    )
    shop.run(
        "INSERT IGNORE INTO odd VALUES ('0000-00-00', '0000-00-00', 18446744073709551615, 'b', 'x,y', 1999, "
        "'-838:59:59', '{\"a\": 1}', 1, 0.12345678901234567890, x'dead', '2025-03-01 09:30:00.250', 0.1, "
        "'中\U0001f600')"
    )
    row = only_row(shop, tmp_path)
    assert (row["never"], row["day"]) == ("0000-00-00 00:00:00", "0000-00-00")
    assert (row["big"], row["kind"], row["some"], row["born"]) == ("18446744073709551615", "b", "x,y", "1999")
    assert (row["span"], row["document"], row["flag"]) == ("-838:59:59", '{"a": 1}', "1")
    assert row["fine"] in ("0.1234567890123456789", "0.12345678901234567890")
    assert (row["there"], row["far"], row["words"]) == ("2025-03-01 09:30:00.250", "0.1", "中\U0001f600")
    assert "bytes" not in row


def test_sqlite_whose_columns_hold_anything(tmp_path: Path) -> None:
    shop = sqlite_shop(tmp_path)
    shop.run("CREATE TABLE odd (at DATETIME, n INTEGER, money DECIMAL(10,2), day DATE, words)")
    shop.run("INSERT INTO odd VALUES ('yesterday', 'many', '12,50', 1741000000, x'4142')")
    row = only_row(shop, tmp_path)
    assert (row["at"], row["n"], row["money"], row["day"]) == ("yesterday", "many", "12,50", "1741000000")


@pytest.mark.parametrize("path", ["../shop.db", "/etc/passwd", "link.db", "", "\0", "folder", "missing.db"])
def test_a_file_outside_the_allowed_folders_is_refused(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "inside"
    (inside / "folder").mkdir(parents=True)
    outside = sqlite_shop(tmp_path)
    (inside / "link.db").symlink_to(outside.database.database)
    monkeypatch.setenv("ZHIJI_SOURCE_FOLDERS", str(inside))
    with pytest.raises(errors.SqlFileRefused), sql.opened(sql.Database("sqlite", str(inside / path))):
        pass


def test_our_own_record_is_no_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIJI_HOME", str(tmp_path))
    shop = sqlite_shop(tmp_path)
    with pytest.raises(errors.SqlFileRefused), sql.opened(shop.database):
        pass


def test_no_file_is_one_without_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZHIJI_SOURCE_FOLDERS")
    with pytest.raises(errors.SqlFileRefused), sql.opened(sqlite_shop(tmp_path).database):
        pass


@pytest.mark.postgres
def test_a_refusal_says_nothing_of_the_password(postgres_url: str) -> None:
    told = postgres_shop(postgres_url).database
    wrong = sql.Database("postgresql", "no_such_database", told.host, told.port, told.user, "s3cret-word", "plain")
    with pytest.raises(errors.SqlNotConnected) as refusal, sql.opened(wrong):
        pass
    shown = f"{refusal.value!r} {refusal.value.__cause__!r} {refusal.value.__context__!r} {wrong!r}"
    assert "s3cret-word" not in shown


@pytest.mark.postgres
def test_a_server_that_cannot_prove_itself_is_refused(postgres_url: str) -> None:
    told = postgres_shop(postgres_url).database
    for tls in ("verified", "encrypted"):
        asked = sql.Database("postgresql", told.database, told.host, told.port, told.user, "", tls)
        with pytest.raises((errors.SqlTlsRefused, errors.SqlNotConnected)), sql.opened(asked):
            pass


@pytest.mark.postgres
def test_a_database_that_goes_away_in_the_middle_is_a_coded_refusal_and_leaves_no_file(
    postgres_url: str, tmp_path: Path
) -> None:
    import psycopg

    shop = postgres_shop(postgres_url)
    shop.run("CREATE TABLE odd AS SELECT n AS id, repeat('x', 200) AS words FROM generate_series(1, 200000) n")
    out = tmp_path / "odd.parquet"
    began = []

    def cut_off() -> None:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zhiji' "
                "AND datname = current_database()"
            )

    written = reading.Reader.pages

    def pages(self: reading.Reader, *more: Any) -> Any:
        for page in written(self, *more):
            if not began:
                began.append(True)
                cut_off()
            yield page

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading.Reader, "pages", pages)
        with pytest.raises(errors.SqlBroken), sql.opened(shop.database) as engine:
            sql.pull(engine, Table("odd"), out)
    assert began
    assert not out.exists()
