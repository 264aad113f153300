"""Finding customers by what people type, in both scripts; and that nothing typed is ever more than data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhiji.data.store import listing, paging, search, words
from zhiji.data.store.models import Customer, CustomerListRow, CustomerSearch

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
Add = Callable[..., Customer]
PEOPLE = {
    "xiaoming": ("王小明", {"phone": "+8613812345678", "email": "Xiao.Ming@Example.com"}),
    "xiaohong": ("王小红", {}),
    "shan": ("单雄信", {}),
    "zeng": ("曾國藩", {}),
    "company": ("上海博遠貿易有限公司", {}),
    "wide": ("ＡＢＣ　Ｔｒａｄｉｎｇ", {}),
    "obrien": ("Seán O'Brien", {}),
    "muller": ("Jürgen Müller-Lüdenscheidt", {}),
    "masked": ("李", {"phone": "138****1234", "phone_is_masked": True}),
    "lv": ("吕布", {}),
    "korean": ("김철수", {}),
}


@pytest.fixture
def people(add: Add) -> dict[int, str]:
    made = {add(name, f"C-{key}/07", **fields).pk: key for key, (name, fields) in PEOPLE.items()}
    listing.write_rows(made)
    search.index(made)
    return made


def found(people: dict[int, str], text: str) -> set[str]:
    return {people[row.customer_id] for row in search.find(CustomerListRow.objects.all(), text, 50)}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("王", {"xiaoming", "xiaohong"}),
        ("王小", {"xiaoming", "xiaohong"}),
        ("小明", {"xiaoming"}),
        ("王小明", {"xiaoming"}),
        ("王明", set()),  # both characters, but not side by side
        ("明小", set()),
        ("王 明", {"xiaoming"}),
        ("wangxiaoming", {"xiaoming"}),
        ("wang", {"xiaoming", "xiaohong"}),
        ("wxm", {"xiaoming"}),
        ("xiaohong", {"xiaohong"}),
        ("shan xiong", {"shan"}),  # from the given name on, too
        ("shanxiong", {"shan"}),
        ("zengguofan", {"zeng"}),
        ("曾国藩", {"zeng"}),
        ("曾國", {"zeng"}),
        ("博远贸易", {"company"}),
        ("博遠", {"company"}),
        ("shanghaiboyuan", {"company"}),
        ("abc", {"wide"}),
        ("ＡＢＣ", {"wide"}),
        ("tradi", {"wide"}),
        ("obrien", {"obrien"}),
        ("O'BRIEN", {"obrien"}),
        ("sean", {"obrien"}),
        ("muller", {"muller"}),
        ("MÜLLER", {"muller"}),
        ("jur mull", {"muller"}),
        ("xiao.ming@example.com", {"xiaoming"}),
        ("XIAO.MING@", {"xiaoming"}),
        ("13812345678", {"xiaoming"}),
        ("138 1234-5678", {"xiaoming"}),
        ("+86 138 1234 5678", {"xiaoming"}),
        ("5678", {"xiaoming"}),
        ("45678", {"xiaoming"}),
        ("1234", {"xiaoming", "masked"}),
        ("c-company/07", {"company"}),
        ("ccompany07", {"company"}),
        ("cshan", {"shan"}),
        ("lvbu", {"lv"}),
        ("lubu", {"lv"}),
        ("김", {"korean"}),
        ("zzz", set()),
    ],
)
def test_what_people_type_finds_whom_they_mean(people: dict[int, str], text: str, keys: set[str]) -> None:
    assert found(people, text) == keys


@pytest.mark.parametrize(
    "text",
    ["*", '"', "' OR 1=1 --", "王*", 'a"b', "NEAR(王 小)", "tokens:王", "^王", "(", ")", "AND", "王 AND", "NOT 王",
     "-王", "%", "_", "\\", ":*", "a & b", "!", "<->", "𝕏", "\u200b", "👩👩👧", "a" * 10_000, "王" * 10_000, "\0",
     "ﷺ", "' | '"],
)  # fmt: skip
def test_operators_are_only_text(people: dict[int, str], text: str) -> None:
    assert isinstance(found(people, text), set)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30))
def test_no_text_breaks_the_search(people: dict[int, str], text: str) -> None:
    rows = search.find(CustomerListRow.objects.all(), text, 5)
    assert len(rows) <= 5
    list(paging.page(paging.Wanted(CustomerListRow.objects.all(), text=text), limit=5))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.sampled_from(
        [
            "王",
            "小",
            "王小明",
            "wang",
            "x",
            "xia",
            "5678",
            "mul",
            "abc tra",
            "o'b",
            "o brien",
            "b seán o",
            "王 x",
            "x w",
        ]
    ),
    whole=st.booleans(),
)
def test_both_ways_of_looking_for_words_agree(people: dict[int, str], text: str, whole: bool) -> None:
    """The full-text index, and the look into the tokens that walks use, must find the same."""
    from zhiji.data.store import bulk

    wanted = words.terms(text)
    condition, parameters = words.holds(wanted, whole=whole)
    by_index = {row[0] for row in bulk.look_up(*words.ids(wanted, whole=whole))}
    by_look = {
        row[0] for row in bulk.look_up(f"SELECT customer_id FROM store_customerlistrow WHERE {condition}", parameters)
    }
    assert by_index == by_look


def test_what_changes_is_found_anew_and_what_goes_is_gone(people: dict[int, str], add: Add) -> None:
    (pk,) = [pk for pk, key in people.items() if key == "shan"]
    Customer.objects.filter(pk=pk).update(name="赵云")
    search.index([pk])
    assert found(people, "单") == set()
    assert found(people, "赵") == {"shan"}
    search.index([pk])
    assert CustomerSearch.objects.filter(customer=pk).count() == 1
    Customer.objects.filter(pk=pk).update(deleted_at="2024-01-02T00:00Z")
    search.index([pk])
    assert found(people, "赵") == set()
    CustomerSearch.objects.all().delete()
    assert found(people, "王") == set()


def test_the_very_name_comes_first_then_the_beginning_then_spend(add: Add) -> None:
    made = [add(name) for name in ("王伟明", "大王伟", "王伟", "王伟国")]
    listing.write_rows(c.pk for c in made)
    for customer, spend in zip(made, (1, 9, 0, 5), strict=True):
        CustomerListRow.objects.filter(pk=customer.pk).update(spend_micros=spend)
    search.index(c.pk for c in made)
    rows = search.find(CustomerListRow.objects.all(), "王伟", 3)
    assert [row.name for row in rows] == ["王伟", "王伟国", "王伟明"]


def test_a_short_id_is_found_among_many_that_begin_with_it(add: Add) -> None:
    made = [add("", f"A{i}") for i in [1, *range(10, 100)]]
    listing.write_rows(c.pk for c in made)
    CustomerListRow.objects.exclude(external_id="A1").update(spend_micros=7)
    search.index(c.pk for c in made)
    assert search.find(CustomerListRow.objects.all(), "a1", 5)[0].external_id == "A1"


def test_the_same_question_is_not_asked_twice(add: Add, django_assert_num_queries: Callable[..., Any]) -> None:
    """Whole words are asked for only where what was typed could be the beginning of longer ones."""
    made = [add(f"王伟{chr(0x4E00 + i)}") for i in range(search.RANKED + 5)]
    listing.write_rows(c.pk for c in made)
    search.index(c.pk for c in made)
    for text, queries in (("王伟", 1), ("wang", 2)):
        search.find(CustomerListRow.objects.all(), text, 5)  # counts are remembered
        with django_assert_num_queries(queries):
            assert len(search.find(CustomerListRow.objects.all(), text, 5)) == 5
