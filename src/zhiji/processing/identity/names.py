"""Names of persons and organisations in the parts that two sources can be compared by."""

from __future__ import annotations

import re
from typing import NamedTuple

from zhiji.data.store.names import HAN, folded, is_double_surname, syllables

_HAN_NAME = re.compile(rf"[{HAN}·\s]+")
_HAN_ALL = re.compile(rf"[{HAN}]")
_TOKEN = re.compile(rf"[^\W\d_{HAN}]+(?:['’][^\W\d_{HAN}]+)?")
# 张先生 says a family name and nothing else; so do 李女士 and 王总.
_HAN_TITLE = re.compile("(先生|女士|小姐|太太|夫人|老师|医生|教授|经理|主任|总监|老板|师傅|同学|总)$")
_LATIN_TITLE_WORDS = "mr mrs ms miss dr prof sir madam mx herr frau mme"
_LATIN_TITLES = frozenset(_LATIN_TITLE_WORDS.split())
_LONGEST_HAN_PERSON = 4
# Longer than this and nobody's name: four Latin words may be a person of two given and two family names.
_MOST_WORDS_OF_A_PERSON = 4
# Readings of the most common Chinese family names, by which a name in Latin letters is known for one.
_SURNAME_WORDS = """
    wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han
    tang feng yu dong xiao cheng cao yuan deng fu shen zeng peng lv lu su jiang cai jia ding wei xue ye yan pan du dai
    xia zhong tian ren fan fang shi yao liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng long wan
    duan qian tan lai gong pang yin shan ouyang sima zhuge shangguan murong xiahou huangfu situ
"""
_SURNAME_READINGS = frozenset(_SURNAME_WORDS.split())
_SYLLABLE = re.compile(
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|ve|er|[aeiouv])"
)
_NICKNAMES = {
    short: full
    for full, shorts in {
        "william": "bill billy will willy liam", "robert": "bob bobby rob robbie", "richard": "dick rick rich richie",
        "james": "jim jimmy jamie", "john": "jack johnny", "charles": "charlie chuck", "edward": "ed eddie ted ned",
        "elizabeth": "liz lizzie beth betty eliza lisa", "margaret": "maggie meg peggy greta", "thomas": "tom tommy",
        "michael": "mike mick mickey", "katherine": "kate katie kathy catherine kathryn cathy kay",
        "alexander": "alex sandy sasha", "anthony": "tony", "joseph": "joe joey", "daniel": "dan danny",
        "david": "dave davy", "stephen": "steve steven", "christopher": "chris kit", "patricia": "pat patty trish",
        "susan": "sue susie", "jennifer": "jen jenny", "rebecca": "becky becca", "samuel": "sam sammy",
        "benjamin": "ben benny", "matthew": "matt", "andrew": "andy drew", "nicholas": "nick nicky",
        "jonathan": "jon", "timothy": "tim", "gregory": "greg", "jeffrey": "jeff geoffrey geoff", "kenneth": "ken",
        "ronald": "ron ronnie", "donald": "don donnie", "lawrence": "larry laurence", "frederick": "fred freddie",
        "gerald": "gerry jerry", "victoria": "vicky tori", "deborah": "debbie deb", "barbara": "barb babs",
        "dorothy": "dot dotty", "judith": "judy", "eleanor": "ellie nell nora", "abigail": "abby gail",
        "theodore": "theo", "henry": "harry hank", "philip": "phil phillip", "peter": "pete", "albert": "al bert",
    }.items()
    for short in shorts.split()
}  # fmt: skip


class PersonName(NamedTuple):
    """``family`` and ``given`` in one spelling (NFKC, lower case, simplified); empty where they are not known.

    ``*_sound``: how they are read, in Latin letters; of a Latin given name the full form of a nickname. ``script``:
    ``han``, ``pinyin`` for a Chinese name in Latin letters, empty for any other.
    """

    family: str = ""
    given: str = ""
    family_sound: str = ""
    given_sound: str = ""
    script: str = ""


def person(name: str, first: str = "", last: str = "") -> PersonName:
    """The parts of a person's name; ``first`` and ``last`` where a source tells them apart."""
    first, last = folded(first).strip(), folded(last).strip()
    if first or last:
        script = "han" if _HAN_ALL.search(first + last) else ""
        return PersonName(_bare(last), _bare(first), _sound(last), _given_sound(first), script)
    text = folded(name).strip()
    if _HAN_NAME.fullmatch(text):
        return _han_person(re.sub(r"[\s·]", "", text))
    return _latin_person([word for word in _TOKEN.findall(text) if word not in _LATIN_TITLES])


def _bare(text: str) -> str:
    return re.sub(r"[^\w]", "", text)


def _sound(text: str) -> str:
    return "".join(syllables(text)) if _HAN_ALL.search(text) else _bare(text)


def _given_sound(text: str) -> str:
    first = text.split(" ")[0].split("-")[0]
    return _NICKNAMES.get(first, _sound(text))


def _han_person(text: str) -> PersonName:
    whole, stripped = text, _HAN_TITLE.sub("", text)
    # 王总 loses its title; 李总 of three characters (李小总) keeps what may be a name.
    text = stripped if stripped else text
    if len(text) > _LONGEST_HAN_PERSON:
        return PersonName(family=text, family_sound="".join(syllables(text)), script="han")
    # 欧阳 alone may be a given name after another family's; after a title it is a family.
    at = 2 if is_double_surname(text) and (len(text) > 2 or stripped != whole) else 1
    read = syllables(text)
    # A double family name is read in one piece.
    family_sound, rest = (read[0], read[1:])
    return PersonName(text[:at], text[at:], family_sound, "".join(rest), "han")


def _latin_person(words: list[str]) -> PersonName:
    if not words:
        return PersonName()
    if len(words) == 1:
        return _one_word(words[0])
    head, tail = words[0], words[-1]
    is_chinese = all(_are_syllables(word) for word in words) and len(words) <= 3
    if is_chinese and head in _SURNAME_READINGS and (tail not in _SURNAME_READINGS or len(words) == 3):
        family, given = head, "".join(words[1:])
        return PersonName(family, given, family, given, "pinyin")
    if is_chinese and tail in _SURNAME_READINGS:
        family, given = tail, "".join(words[:-1])
        return PersonName(family, given, family, given, "pinyin")
    return PersonName(_bare(tail), _bare("".join(words[:-1])), _bare(tail), _given_sound(" ".join(words[:-1])))


def _one_word(word: str) -> PersonName:
    """``zhangwei`` is a family and a given name; any other single word is a given one, or a nickname of the net."""
    for at in (8, 7, 6, 5, 4, 3, 2):
        family, given = word[:at], word[at:]
        if given and family in _SURNAME_READINGS and _are_syllables(given):
            return PersonName(family, given, family, given, "pinyin")
    return PersonName("", _bare(word), "", _given_sound(word))


def _are_syllables(word: str) -> bool:
    return re.fullmatch(f"(?:{_SYLLABLE.pattern}){{1,4}}", word) is not None


class OrganisationName(NamedTuple):
    """``core``: without place, legal form and brackets. ``branch``: which of its branches, empty for the house.
    ``city``: where it is registered, as far as its name says so."""

    core: str = ""
    branch: str = ""
    core_sound: str = ""
    city: str = ""


_LEGAL = re.compile(
    "(股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|控股集团|集团公司|集团|总公司|公司|企业|商行|工作室)$"
)
_LATIN_LEGAL_WORDS = """
    ltd limited inc incorporated llc llp plc corp corporation co company gmbh mbh ag kg ohg ug se sa sas sarl srl spa
    bv nv ab as oy oyj aps pty pte sdn bhd kk group holding holdings the and
"""
_LATIN_LEGAL = frozenset(_LATIN_LEGAL_WORDS.split())
_BRANCH = re.compile("(?:分公司|分店|分行|分院|办事处|门店)$")
_CITIES = (
    "北京|上海|天津|重庆|广州|深圳|杭州|南京|苏州|成都|武汉|西安|长沙|青岛|大连|宁波|厦门|福州|济南|郑州|合肥|昆明|"
    "沈阳|哈尔滨|长春|石家庄|太原|南昌|南宁|贵阳|海口|兰州|银川|西宁|乌鲁木齐|拉萨|呼和浩特|无锡|常州|佛山|东莞|珠海|温州"
)
_PLACES = _CITIES + (
    "|中国|浙江|江苏|广东|山东|福建|四川|湖北|湖南|河南|河北|安徽|陕西|辽宁|云南|广西|江西|贵州|山西|吉林|黑龙江|海南|甘肃"
)
_PLACE = re.compile(f"^(?:{_PLACES})(?:省|市)?")
_CITY = re.compile(f"(?:^|\\()({_CITIES})(?:市|\\)|(?=.))")
_PLACE_AT_END = re.compile(f"({_PLACES})(?:省|市)?$")


def organisation(name: str) -> OrganisationName:
    """上海博远贸易有限公司 and 博远贸易（上海）有限公司 have one core; a branch is told beside it."""
    text = folded(name)
    if not _HAN_ALL.search(text):
        words = [word for word in re.findall(r"[^\W_]+", text.replace("&", " ")) if word not in _LATIN_LEGAL]
        core = " ".join(words)
        return OrganisationName(core, "", core)
    text = re.sub(r"[\s·,.]", "", text)
    city = found[1] if (found := _CITY.search(text)) else ""
    text = re.sub(r"\(([^)]*)\)", lambda found: found[1] if _BRANCH.search(found[1]) else "", text)
    branch = ""
    if _BRANCH.search(text):
        text, branch = _parted(_BRANCH.sub("", text))
    core = _PLACE.sub("", _without_legal(text)) or text
    return OrganisationName(core, branch, "".join(syllables(core)) or core, city)


def _parted(text: str) -> tuple[str, str]:
    """A house and the place of its branch: a place by name, what follows the legal form, or the last two characters."""
    if found := _PLACE_AT_END.search(text):
        return text[: found.start()], found[1]
    legal = list(re.finditer("公司|集团", text))
    at = legal[-1].end() if legal and legal[-1].end() < len(text) else max(len(text) - 2, 0)
    return text[:at], text[at:].removesuffix("市")


def _without_legal(text: str) -> str:
    """As often as one stands at the end: 集团有限公司."""
    while (shorter := _LEGAL.sub("", text)) != text and shorter:
        text = shorter
    return text


_ORGANISATION = re.compile(
    "公司|集团|有限|企业|商行|事务所|医院|学校|大学|学院|银行|工厂|中心|酒店|超市|门店|分店|工作室"
    r"|\b(?:ltd|limited|inc|llc|gmbh|plc|corp|corporation|pty|pte|school|church|center|centre|university|hospital)\b"
)


def is_organisation(name: str) -> bool:
    """By its words, or because no person has so many of them."""
    text = folded(name)
    if _ORGANISATION.search(text):
        return True
    han = len(_HAN_ALL.findall(text))
    return han > _LONGEST_HAN_PERSON + 1 or (not han and len(_TOKEN.findall(text)) > _MOST_WORDS_OF_A_PERSON)
