"""Addresses, birth dates, e-mails and phones in one form."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from zhiji.data.store.names import HAN, folded

_HAN_ALL = re.compile(rf"[{HAN}]")
_DIGITS = dict(zip("零〇一二三四五六七八九两", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True))
_NUMERAL = re.compile("[零〇一二三四五六七八九十百两]+(?=号|楼|室|单元|栋|幢|层|弄|巷|座|期|组|村|环)")
# Provinces and the cities that addresses begin with, whether or not 省 or 市 is written.
_REGIONS = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|"
    "台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|广州|深圳|杭州|南京|苏州|成都|武汉|西安|长沙|青岛|大连|宁波|厦门|福州|济南|郑州|合肥|昆明|"
    "沈阳|哈尔滨|长春|石家庄|太原|南昌|南宁|贵阳|海口|兰州|无锡|常州|佛山|东莞|珠海|温州|烟台|潍坊|泉州|嘉兴|绍兴|金华|台州|徐州|南通|扬州"
)
_ADMINISTRATIVE = re.compile(
    f"^(?:中国)?(?:(?:{_REGIONS})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?)+"
)
_CITY_ENDING = re.compile("(?:省|市|自治区|地区|盟)$")
_WESTERN = {
    "st": "street", "str": "street", "strasse": "street", "straße": "street", "rd": "road", "ave": "avenue",
    "av": "avenue", "blvd": "boulevard", "dr": "drive", "ln": "lane", "pl": "place", "ct": "court", "sq": "square",
    "hwy": "highway",
    "pkwy": "parkway", "cres": "crescent", "tce": "terrace", "n": "north", "s": "south", "e": "east", "w": "west",
    "apt": "unit", "apartment": "unit", "ste": "unit", "suite": "unit", "flat": "unit", "fl": "floor", "mt": "mount",
}  # fmt: skip


class Address(NamedTuple):
    """``text``: street and what is below it, without province and city where those are known by name. ``numbers``:
    all numbers in it, in order, a blank between."""

    text: str = ""
    numbers: str = ""


def address(text: str) -> Address:
    plain = folded(text)
    if _HAN_ALL.search(plain):
        plain = re.sub(r"[^\w]", "", plain.replace("#", "号"))
        plain = _NUMERAL.sub(lambda found: str(_number(found[0])), plain)
        plain = _ADMINISTRATIVE.sub("", plain) or plain
    else:
        plain = " ".join(_WESTERN.get(word, word) for word in re.findall(r"[^\W_]+", plain))
    return Address(plain, " ".join(re.findall(r"\d+", plain)))


def _number(numeral: str) -> int:
    """一百三十八 as 138; 五〇一 as 501."""
    if not re.search("[十百]", numeral):
        return int("".join(str(_DIGITS[sign]) for sign in numeral))
    total = digit = 0
    for sign in numeral:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            total, digit = total + (digit or 1) * (100 if sign == "百" else 10), 0
    return total + digit


@lru_cache(maxsize=50_000)
def place(text: str) -> str:
    """A city or province without what it is: 杭州市 and 杭州 are one."""
    plain = re.sub(r"[^\w]+", " ", folded(text)).strip()
    return _CITY_ENDING.sub("", plain) or plain


def birth_date(text: str) -> str:
    """``1990-03-05`` where it is written in the order of years, be there such a day or not; otherwise as written."""
    plain = folded(text).strip()
    found = re.fullmatch(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?(?:[ t].*)?", plain)
    if found is None:
        return plain
    year, month, day = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


class Email(NamedTuple):
    """``address`` as it reaches the same person; ``user`` and ``host`` of it."""

    address: str = ""
    user: str = ""
    host: str = ""


# Providers that deliver a.b@ and ab@ to one mailbox.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})


def email(text: str) -> Email:
    """Case never tells two apart; a tag after + leads to the same mailbox; dots do with some providers."""
    plain = text.strip().casefold()
    user, at, host = plain.partition("@")
    if not at or "*" in plain:
        return Email()
    user = user.partition("+")[0]
    if host in _DOTLESS:
        user, host = user.replace(".", ""), "gmail.com"
    return Email(f"{user}@{host}", user, host)
