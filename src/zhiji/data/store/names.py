"""Names as people look for them: folded to one spelling, Han read aloud, in the order of a phone book."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import opencc

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff"
# Scripts written without spaces between words are all searched by characters and pairs.
UNSPACED = HAN + r"\u3040-\u30ff\uac00-\ud7a3"
_HAN_RUN = re.compile(f"[{HAN}]+")
# Ideographs that a general dictionary reads otherwise than families do.
_SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "盖": "ge", "区": "ou", "任": "ren",
    "朴": "piao", "缪": "miao", "翟": "zhai", "乐": "yue", "冼": "xian", "洗": "xian", "覃": "qin", "员": "yun",
    "折": "she", "秘": "bi", "种": "chong", "尉": "wei", "召": "shao", "繁": "po", "盛": "sheng", "沈": "shen",
    "石": "shi", "车": "che", "郗": "xi", "褚": "chu", "葛": "ge", "句": "gou", "能": "nai", "祭": "zhai",
    "隗": "wei", "幺": "yao", "牟": "mu", "燕": "yan", "都": "du", "宿": "su", "重": "chong", "黑": "he",
    "万": "wan", "柏": "bai", "贾": "jia", "强": "qiang", "晟": "cheng", "俞": "yu", "谌": "chen", "宓": "mi",
    "卜": "bu", "行": "xing", "长": "zhang", "呙": "guo", "撒": "sa", "那": "na", "訾": "zi", "逄": "pang",
}  # fmt: skip
_DOUBLE_SURNAMES = {
    "尉迟": "yuchi", "万俟": "moqi", "单于": "chanyu", "长孙": "zhangsun", "澹台": "tantai", "欧阳": "ouyang",
    "司马": "sima", "诸葛": "zhuge", "上官": "shangguan", "夏侯": "xiahou", "皇甫": "huangfu", "慕容": "murong",
    "令狐": "linghu", "公孙": "gongsun", "宇文": "yuwen", "司徒": "situ", "东方": "dongfang", "独孤": "dugu",
    "南宫": "nangong", "端木": "duanmu", "百里": "baili", "呼延": "huyan", "轩辕": "xuanyuan", "申屠": "shentu",
}  # fmt: skip
# Longer Han names are companies, and their first character is a word rather than a family.
_LONGEST_PERSON = 4


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def folded(text: str) -> str:
    """One spelling: NFKC (full width to half), lower case, no accents on Latin, traditional Han to simplified."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if text.isascii():
        return text
    if _HAN_RUN.search(text):
        text = _simplifier().convert(text)
    bare = [c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)]
    # Hangul came apart above; composing again puts it together, Latin accents are gone for good.
    return unicodedata.normalize("NFC", "".join(bare))


@lru_cache(maxsize=65_536)
def _read(run: str) -> tuple[str, ...]:
    # Its dictionary takes a fifth of a second to load, which commands without Han names need not wait for.
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(run, style=Style.NORMAL, v_to_u=False))


def _as_person(run: str) -> list[str]:
    if run[:2] in _DOUBLE_SURNAMES:
        return [_DOUBLE_SURNAMES[run[:2]], *_read(run[2:])] if len(run) > 2 else [_DOUBLE_SURNAMES[run]]
    if run[0] in _SURNAMES and len(run) > 1:
        return [_SURNAMES[run[0]], *_read(run[1:])]
    return list(_read(run))


def is_double_surname(name: str) -> bool:
    """Whether a folded Han name begins with a family name of two characters."""
    return name[:2] in _DOUBLE_SURNAMES


def _readings(name: str) -> list[list[str]]:
    """Syllables of each run of Han in a folded name."""
    runs = _HAN_RUN.findall(name)
    person = sum(map(len, runs)) <= _LONGEST_PERSON
    return [_as_person(run) if person and i == 0 else list(_read(run)) for i, run in enumerate(runs)]


def syllables(name: str) -> list[str]:
    """The reading of a folded Han name, a syllable each; surnames as families say them. The rest is skipped."""
    return [syllable for run in _readings(name) for syllable in run]


def sort_key(name: str) -> str:
    """Where a name stands in one list of both scripts: Han by its reading, the rest folded; at most 200 characters."""
    name = folded(name)
    readings = iter(_readings(name))
    read = _HAN_RUN.sub(lambda _: f" {' '.join(next(readings))} ", name)
    return " ".join(read.replace("\0", "").split())[:200]
