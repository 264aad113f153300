"""How clerks and customers write down what is true: names, numbers, places, dates and firms, with their habits and
their slips. Every function takes one fact and the source of chance, and returns one way to write it."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from random import Random

from opencc import OpenCC

import people_shares as share
from people_words import HOMOPHONES, SURNAMES_UNCHANGED
from people_world import Being, Firm, Place, perhaps, pick, sound

HAN_DIGITS = "〇一二三四五六七八九"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
SOUNDS_LIKE = {one: group.replace(one, "") for group in HOMOPHONES for one in group}
OTHER_SUFFIX = {
    "有限公司": ("有限责任公司",),
    "有限责任公司": ("有限公司",),
    "股份有限公司": ("股份公司", "有限公司"),
    "集团有限公司": ("集团", "集团公司"),
}


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")


@cache
def traditional(text: str) -> str:
    return str(_converter().convert(text))


def person_name(being: Being, style: str, rng: Random) -> str:
    """``title`` besides the styles of ``NAME_STYLES``; a name without homophones stays as it is."""
    surname, given = being.surname, being.given
    if style == "title":
        return surname + rng.choice(("先生", "先生", "总") if being.is_male else ("女士", "女士", "小姐", "总"))
    if style == "homophone":
        return _misheard(surname + given, rng)
    if style == "traditional":
        family = surname if surname in SURNAMES_UNCHANGED else traditional(surname)
        return family + traditional(given)
    if style == "pinyin":
        return _romanised(being, rng)
    if style == "blanks":
        blank = rng.choice((" ", "\u3000"))
        return rng.choice((f"{surname}{blank}{given}", f"{surname}{blank}{given}", f"{surname}{given}{blank}"))
    return surname + given


def _misheard(name: str, rng: Random) -> str:
    places = [at for at, one in enumerate(name) if one in SOUNDS_LIKE]
    if not places:
        return name
    at = rng.choice(places)
    return name[:at] + rng.choice(SOUNDS_LIKE[name[at]]) + name[at + 1 :]


def _romanised(being: Being, rng: Random) -> str:
    surname, given = sound(being.surname, being.given)
    words = rng.choice(((surname, given), (surname, given), (given, surname)))
    joint = rng.choice((" ", " ", ""))
    text = joint.join(words)
    return rng.choice((joint.join(word.capitalize() for word in words), text, text.upper()))


def phone(digits: str, is_masked: bool, may_slip: bool, rng: Random) -> str:
    """Mobile numbers in many ways, landlines and service numbers in three."""
    if is_masked:
        return f"{digits[:3]}****{digits[7:]}"
    if may_slip and rng.random() < share.PHONE_TYPO:
        at = rng.randrange(5, len(digits))
        digits = digits[:at] + str((int(digits[at]) + rng.randrange(1, 10)) % 10) + digits[at + 1 :]
    if not digits.startswith("1"):
        code = 4 if len(digits) == 11 and digits[1] not in "12" else 3
        return rng.choice((f"{digits[:code]}-{digits[code:]}", digits, f"({digits[:code]}){digits[code:]}"))
    return _mobile(digits, rng)


def _mobile(digits: str, rng: Random) -> str:
    parts = digits[:3], digits[3:7], digits[7:]
    ways = {
        "prefix": (f"+86{digits}", f"+86 {' '.join(parts)}", f"0086{digits}", f"86-{digits}"),
        "gaps": (" ".join(parts), "-".join(parts), f"{digits[:3]} {digits[3:]}"),
        "full width": (digits.translate(WIDE),),
    }
    style = perhaps(rng, share.PHONE_STYLES)
    return rng.choice(ways[style]) if style else digits


def email(address: str, rng: Random) -> str:
    local, _, host = address.partition("@")
    if host == "gmail.com" and rng.random() < share.GMAIL_DOTTED:
        at = rng.randrange(1, len(local))
        local = f"{local[:at]}.{local[at:]}"
    written = f"{local}@{host}"
    if rng.random() < share.EMAIL_CASED:
        # An address of digits only changes in its host.
        return rng.choice((written.upper(), local.capitalize() + "@" + host.upper()))
    return written


def han_number(number: int) -> str:
    """1–1999 as it is spoken: 12 十二, 105 一百零五; thousands digit by digit."""
    if number >= 1000:
        return "".join(HAN_DIGITS[int(each)] for each in str(number))
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    text = f"{HAN_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else HAN_DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (HAN_DIGITS[ones] if ones else "")


def place(home: Place, in_traditional: bool, rng: Random) -> str:
    """From province to room, less what the writer left out."""
    chance = rng.random
    is_short = chance() < share.SHORT_UNITS
    province = "" if chance() < share.NO_PROVINCE else home.city.province
    city = "" if chance() < share.NO_CITY else home.city.name + "市"
    if is_short:
        province, city = province.removesuffix("省"), city.removesuffix("市")
    text = province + city + home.district + home.road + _door(home, rng)
    if chance() < share.OTHER_NUMBER_SIGN:
        text = text.replace("号", "號")
    if chance() < share.FULL_WIDTH:
        text = text.translate(WIDE)
    if in_traditional:
        text = traditional(text)
    return _swapped(text, rng) if chance() < share.SWAPPED else text


def _door(home: Place, rng: Random) -> str:
    room = "" if rng.random() < share.NO_ROOM else str(home.room)
    if rng.random() < share.HAN_NUMERALS:
        spoken = "".join(HAN_DIGITS[int(each)] for each in room)
        return f"{han_number(home.number)}号{han_number(home.building)}号楼" + (f"{spoken}室" if room else "")
    if room and rng.random() < 0.15:
        return f"{home.number}号{home.building}-{room}"
    unit = rng.choice(("号楼", "栋", "幢"))
    return f"{home.number}号{home.building}{unit}" + (f"{room}室" if room else "")


def _swapped(text: str, rng: Random) -> str:
    places = [at for at in range(len(text) - 1) if text[at] != text[at + 1]]
    at = rng.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def city(name: str, rng: Random) -> str:
    return name + "市" if rng.random() < share.CITY_SUFFIX else name


def birthday(born: date, rng: Random) -> str:
    style = pick(rng, share.DATE_STYLES)
    if style == "1990-03-05":
        return born.isoformat()
    year, month, day = born.year, born.month, born.day
    return f"{year}/{month}/{day}" if style == "1990/3/5" else f"{year}年{month}月{day}日"


def mistyped(born: date, rng: Random) -> date:
    """Another day that could be: one part of the date is off, or day and month are exchanged."""
    if born.day <= 12 and born.day != born.month and rng.random() < 0.4:
        return date(born.year, born.day, born.month)
    if rng.random() < 0.5:
        return date(born.year + rng.choice((-10, -1, 1)), born.month, min(born.day, 28))
    return date(born.year, born.month, born.day % 28 + 1)


def firm_name(firm: Firm, rng: Random) -> str:
    """A branch is always told to be one, however short the rest is."""
    style = perhaps(rng, share.FIRM_STYLES)
    suffix = rng.choice(OTHER_SUFFIX[firm.suffix]) if style == "suffix" else firm.suffix
    if style == "short":
        text = rng.choice((firm.brand + firm.trade, firm.city + firm.brand))
    elif style == "no city":
        text = firm.brand + firm.trade + suffix
    elif firm.is_bracketed:
        text = f"{firm.brand}（{firm.city}）{firm.trade}{suffix}"
    else:
        text = firm.city + firm.brand + firm.trade + suffix
    if firm.branch:
        text += rng.choice((f"{firm.branch}分公司", f"{firm.branch}分公司", f"（{firm.branch}分公司）"))
    return re.sub("（(.*?)）", r"(\1)", text) if rng.random() < share.HALF_WIDTH_BRACKETS else text
