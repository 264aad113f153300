"""Names, firms and addresses as two sources may write them: what must come to one form, and what must not."""

from __future__ import annotations

import pytest

from zhiji.processing.identity import places
from zhiji.processing.identity.names import is_organisation, organisation, person


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张伟", "張偉"), ("张伟", "张 伟"), ("张伟", "张玮"), ("张伟", "zhangwei"), ("欧阳娜娜", "Ouyang Nana"),
        ("单雄信", "Shan Xiongxin"), ("曾明", "Zeng Ming"), ("Bill Smith", "William Smith"),
        ("Mr. Bill Smith", "bill smith"),
        ("José García", "Jose Garcia"), ("Ｊｏｈｎ Smith", "John Smith"),
    ],
)  # fmt: skip
def test_one_name_in_two_spellings_is_read_alike(one: str, other: str) -> None:
    assert person(one)[2:4] == person(other)[2:4]
    assert person(one).family_sound


@pytest.mark.parametrize("name", ["Wei Zhang", "Zhang Wei"])
def test_whichever_order_a_name_is_written_in_both_parts_are_there(name: str) -> None:
    assert sorted(person(name)[2:4]) == ["wei", "zhang"]


@pytest.mark.parametrize(("name", "family"), [("张先生", "张"), ("李女士", "李"), ("王总", "王"), ("欧阳老师", "欧阳")])
def test_a_title_says_a_family_name_and_nothing_else(name: str, family: str) -> None:
    assert person(name)[:2] == (family, "")


def test_parts_that_a_source_tells_apart_are_taken_as_they_are() -> None:
    assert person("", "Anna Maria", "van der Berg")[:2] == ("vanderberg", "annamaria")


@pytest.mark.parametrize(
    "name",
    [
        "上海博远贸易有限公司",
        "博远贸易（上海）有限公司",
        "上海市博远贸易有限责任公司",
        "博远贸易",
        "上海博遠貿易股份有限公司",
    ],
)
def test_a_firm_has_one_core_however_its_form_and_place_are_written(name: str) -> None:
    assert organisation(name)[:2] == ("博远贸易", "")


@pytest.mark.parametrize(
    "name", ["Acme Trading Ltd.", "ACME Trading GmbH", "Acme Trading Co., Limited", "acme & trading"]
)
def test_a_firm_in_latin_letters_has_one_core(name: str) -> None:
    assert organisation(name).core == "acme trading"


@pytest.mark.parametrize(
    ("name", "branch"),
    [
        ("昆明立信化工有限公司(杭州分公司)", "杭州"), ("昆明立信化工有限公司杭州分公司", "杭州"),
        ("立信化工义乌分公司", "义乌"), ("昆明立信化工有限公司", ""),
    ],
)  # fmt: skip
def test_a_branch_is_told_from_its_house(name: str, branch: str) -> None:
    assert organisation(name)[:2] == ("立信化工", branch)


def test_organisations_are_known_by_their_words_and_persons_are_not() -> None:
    assert [is_organisation(name) for name in ("博远有限公司", "Acme Ltd", "Saint Mary School")] == [True] * 3
    assert [is_organisation(name) for name in ("张伟", "欧阳娜娜", "John F Kennedy", "van der Berg")] == [False] * 4


@pytest.mark.parametrize(
    "text",
    [
        "浙江省杭州市西湖区文三路138号2单元501室",
        "杭州西湖区文三路138號２单元501室",
        "西湖区文三路一百三十八号二单元五〇一室",
    ],
)
def test_an_address_has_one_form(text: str) -> None:
    assert places.address(text) == ("西湖区文三路138号2单元501室", "138 2 501")


def test_a_western_address_has_one_form() -> None:
    assert places.address("12 Main St., Apt 4") == places.address("12 MAIN STREET unit 4")


@pytest.mark.parametrize("text", ["1990-03-05", "1990/3/5", "1990年3月5日", "19900305", "1990-03-05 00:00:00"])
def test_a_birth_date_has_one_form(text: str) -> None:
    assert places.birth_date(text) == "1990-03-05"


def test_an_address_of_mail_leads_to_one_mailbox() -> None:
    assert places.email("A.B+shop@Gmail.com").address == places.email("ab@googlemail.com").address
    assert places.email("a.b@acme.test").address != places.email("ab@acme.test").address
    assert places.email("z***@qq.com").address == "", "what is masked never matches"
