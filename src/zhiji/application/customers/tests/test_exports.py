"""Exports: the rows of the list in its order, exact, harmless in a spreadsheet, whole or not there."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from django.test import Client

from zhiji.application.customers import exports, services
from zhiji.application.customers.errors import ExportKindUnknown
from zhiji.application.customers.queries import CustomerList
from zhiji.data.store import listing
from zhiji.data.store.models import Customer
from zhiji.platform import jobs
from zhiji.platform.accounts import operator
from zhiji.platform.company import company_update
from zhiji.platform.errors import NotAllowed
from zhiji.platform.models import AuditEntry, User
from zhiji.platform.workspace import workspace

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
Add = Callable[..., Customer]
Browse = Callable[[User], Client]


def read_csv(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "Excel reads Chinese as noise without the mark"
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def write(user: User, path: Path, **given: Any) -> int:
    return services.export_write(user=user, what=given.pop("what", "customers"), path=path, **given)


@pytest.fixture
def three(users: dict[str, User], add: Add) -> list[Customer]:
    made = [
        add("王伟", external_id="W1", spend=["100.005", "-1"], phone="+8613811112222", email="w@example.com"),
        add("=HYPERLINK(\"http://x\")", external_id="-12", spend=["9007199254.740993"], contact_allowed=True),
        add("C", external_id="C", contact_allowed=False, owner=users["li"]),
    ]  # fmt: skip
    listing.write_scores(
        pd.DataFrame(
            {
                "customer_id": [customer.pk for customer in made],
                "value_score": [0.1, 2.0, None],
                "rfm_segment": ["loyal", "champions", ""],
                "as_of": [date(2024, 3, 31)] * 3,
            }
        )
    )
    return made


def test_a_csv_is_the_list_in_its_order_with_exact_money_and_all_scores(
    users: dict[str, User], three: list[Customer], tmp_path: Path
) -> None:
    path = tmp_path / "out.csv"
    assert write(users["admin"], path, sort="-spend") == 3
    rows = read_csv(path)
    listed = [row.external_id for row in CustomerList(users["admin"], "", "-spend").page()[0]]
    # A number keeps its form even where it begins like a formula: the source's id must come back unchanged.
    assert [row["external_id"] for row in rows] == listed == ["-12", "W1", "C"]
    assert [row["spend"] for row in rows] == ["9007199254.740993", "99.005", "0"]
    assert [row["name"] for row in rows] == ['\'=HYPERLINK("http://x")', "王伟", "C"]
    assert [row["value_score"] for row in rows] == ["2.0", "0.1", ""]
    assert [row["segment"] for row in rows] == ["champions", "loyal", ""]
    for withheld in ("expected_orders", "expected_value", "value_low", "value_high"):
        assert [row[withheld] for row in rows] == ["", "", ""]
    assert rows[2]["owner"] == "li"
    assert rows[0]["as_of"] == "2024-03-31"
    assert not {"phone", "email", "address"} & set(rows[0])
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_with_a_margin_each_amount_of_a_customer_stands_as_spend_and_as_worth(
    users: dict[str, User], three: list[Customer], tmp_path: Path
) -> None:
    """Entering a margin adds columns and changes none, so that whatever reads the file still reads spend."""
    listing.write_scores(pd.DataFrame({"customer_id": [three[0].pk], "value_high_micros": [333_333]}))
    for what in ("customers", "segments", "orders"):
        write(users["admin"], tmp_path / f"{what}.csv", what=what)
    before = {what: read_csv(tmp_path / f"{what}.csv") for what in ("customers", "segments", "orders")}
    assert not [name for rows in before.values() for name in rows[0] if "worth" in name]
    company_update(margin_percent=Decimal("33.25"))
    for what, rows in before.items():
        write(users["admin"], tmp_path / f"{what}.csv", what=what)
        after = read_csv(tmp_path / f"{what}.csv")
        assert [{name: row[name] for name in rows[0]} for row in after] == rows
        added = [name for name in after[0] if name not in rows[0]]
        assert added == {
            "customers": [f"{name}_worth" for name in ("spend", "mean_order", "at_stake", "expected_value",
                                                       "value_low", "value_high")],
            "segments": ["spend_worth"], "orders": [],
        }[what]  # fmt: skip
    named = {row["external_id"]: row for row in read_csv(tmp_path / "customers.csv")}
    # 99.005 × 0.3325 = 32.9191625 and 0.333333 × 0.3325 = 0.1108332225, to the micro, half to even.
    assert [named["W1"][f"{name}_worth"] for name in ("spend", "value_high", "value_low")] == [
        "32.919162", "0.110833", "",
    ]  # fmt: skip


def test_contact_exports_leave_out_who_said_no_and_carry_the_means(
    users: dict[str, User], three: list[Customer], tmp_path: Path
) -> None:
    for what, ids in (("customers", {"W1", "-12"}), ("segments", {"W1", "-12"})):
        path = tmp_path / f"{what}.csv"
        write(users["admin"], path, what=what, purpose="contact")
        assert {row["external_id"] for row in read_csv(path)} == ids
    rows = {row["external_id"]: row for row in read_csv(tmp_path / "customers.csv")}
    assert (rows["W1"]["phone"], rows["W1"]["email"]) == ("+8613811112222", "w@example.com")
    # A masked number or address is no way to reach anybody.
    Customer.objects.filter(pk=three[0].pk).update(phone="138****1234", phone_is_masked=True, email="w***@example.com")
    write(users["admin"], path, what="customers", purpose="contact")
    assert {row["external_id"]: (row["phone"], row["email"]) for row in read_csv(path)}["W1"] == ("", "")
    path = tmp_path / "orders.csv"
    write(users["admin"], path, what="orders", purpose="contact")
    assert {row["customer_external_id"] for row in read_csv(path)} == {"W1", "-12"}


def test_parquet_keeps_types_and_exact_decimals(users: dict[str, User], three: list[Customer], tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    write(users["admin"], path, sort="-spend")
    table = pq.read_table(path).to_pydict()
    assert table["spend"] == [Decimal("9007199254.740993"), Decimal("99.005"), Decimal("0")]
    assert table["expected_value"] == [None, None, None]
    assert table["last_order_on"][1] == date(2024, 3, 1)
    assert table["contact_allowed"] == [True, None, False]
    assert table["name"][0].startswith("=")  # no spreadsheet, no escape


def test_excel_cells_are_never_formulas(users: dict[str, User], three: list[Customer], tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write(users["admin"], path, sort="-spend")
    sheet = openpyxl.load_workbook(path).active
    head, *rows = list(sheet.iter_rows())
    names = [cell.value for cell in head]
    cell = rows[0][names.index("name")]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://x")')
    assert [row[names.index("spend")].value for row in rows[1:]] == [99.005, 0]


def test_orders_carry_the_sources_own_ids(users: dict[str, User], three: list[Customer], tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    assert write(users["admin"], path, what="orders") == 3
    rows = read_csv(path)
    assert sorted((row["external_id"], row["customer_external_id"], row["value"]) for row in rows) == [
        ("'-12-0", "-12", "9007199254.740993"), ("W1-0", "W1", "100.005"), ("W1-1", "W1", "-1"),
    ]  # fmt: skip
    path = tmp_path / "filtered.csv"
    assert write(users["admin"], path, what="orders", filter_text='{"segment": ["loyal"]}') == 2


def test_export_takes_its_own_permission_and_scope(
    users: dict[str, User], three: list[Customer], tmp_path: Path, browser: Browse
) -> None:
    entries = AuditEntry.objects.count()
    for what in ("customers", "segments", "orders"):
        with pytest.raises(NotAllowed):
            write(users["li"], tmp_path / "no.csv", what=what)
        answer = browser(users["li"]).post(
            "/api/v1/customers/export", json.dumps({"what": what}), content_type="application/json"
        )
        assert answer.status_code == 403
    assert list(tmp_path.iterdir()) == []
    assert AuditEntry.objects.count() == entries
    # Those of another team stay out of a manager's file.
    Customer.objects.filter(name="C").update(owner=users["zhou"])
    listing.write_rows()
    assert write(users["manager"], tmp_path / "some.csv") == 2
    assert write(operator(), tmp_path / "all.csv") == 3


def test_a_fault_leaves_no_file(users: dict[str, User], three: list[Customer], tmp_path: Path) -> None:
    def stop(written: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(users["admin"], tmp_path / "out.csv", told=stop)
    with pytest.raises(ExportKindUnknown):
        write(users["admin"], tmp_path / "out.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_block_of_rows_is_one_of_many(
    users: dict[str, User], three: list[Customer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BLOCK", 2)
    for what, count in (("customers", 3), ("orders", 3)):
        path = tmp_path / f"{what}.csv"
        assert write(users["admin"], path, what=what) == count
        assert len({row["external_id"] for row in read_csv(path)}) == count


def test_a_small_export_is_the_answer_a_large_one_a_job(
    users: dict[str, User], three: list[Customer], browser: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(users["admin"])

    def ask(**body: Any) -> Any:
        return client.post("/api/v1/customers/export", json.dumps(body), content_type="application/json")

    answer = ask(format="csv", sort="name")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="customers-')
    assert answer.content.count(b"\n") == 4
    assert AuditEntry.objects.filter(action="export").count() == 1
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    started = ask(format="parquet", purpose="contact")
    assert started.status_code == 202
    job_id = started.json()["job"]
    assert client.get(f"/api/v1/customers/exports/{job_id}").status_code == 409
    job = jobs.run_inline(jobs.Job.objects.get(pk=job_id))
    assert (job.state, job.result["rows"]) == ("done", 2)
    got = client.get(f"/api/v1/customers/exports/{job_id}")
    assert got["Content-Disposition"].startswith("attachment")
    assert pq.read_table(io.BytesIO(b"".join(got.streaming_content))).num_rows == 2
    # Nobody else gets it, not even by its number.
    assert browser(users["analyst"]).get(f"/api/v1/customers/exports/{job_id}").status_code == 404
    (workspace().exports / job.result["file"]).unlink()
    assert client.get(f"/api/v1/customers/exports/{job_id}").status_code == 409
    assert ask(format="exe").status_code == 422


def test_what_a_token_may_not_its_job_may_not_either(
    users: dict[str, User], three: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    asker = users["admin"]
    asker.token_scopes = frozenset({"customer:export", "customer:read"})
    _, job = services.export_start(
        user=asker, what="customers", file_format="csv", filter_text="", sort="name", purpose="analysis"
    )
    assert job is not None
    columns = read_csv(_finished(job, asker))[0]
    # The list of a token that may not read predictions has no scores, and so has its export.
    assert "external_id" in columns
    assert "value_score" not in columns
    asker.token_scopes = frozenset({"segment:read"})
    with pytest.raises(NotAllowed):
        services.export_file(asker, job.pk)


def _finished(job: jobs.Job, user: User) -> Path:
    assert jobs.run_inline(job).state == "done"
    return services.export_file(user, job.pk)[0]
