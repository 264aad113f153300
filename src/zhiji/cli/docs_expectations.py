"""``zhiji docs expectations``: what is expected of files and fields, and what happens otherwise, out of the code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from zhiji.cli.tables import row
from zhiji.kernel import CodedError
from zhiji.kernel.messages import catalogue

if TYPE_CHECKING:
    from zhiji.processing.validation import Expectation

_REJECTED = ("**rejected**: the row waits in quarantine", "**拒收**：该行进入隔离区")
_FLAGGED = ("**flagged**: kept, and counted among the findings", "**标出**：保留，并计入“发现了什么”")
_RECORDS = "**Rejected**: the record waits in quarantine as it came. 拒收：该记录原样进入隔离区。"
_FINDINGS = (
    "**Flagged or kept**: stored as it is and told among the findings, with its count and its money. "
    "标出或保留：照样入库，并在“发现了什么”里说明行数和金额。"
)
_FILES = (
    "**Refused**: nothing of the file is stored, and it stands in the history with the reason. "
    "整份拒收：文件一行也不入库，导入记录里注明原因。"
)
_READERS = {"instant": ("instant_",), "amount": ("amount_",), "quantity": ("amount_", "number_")}
# A quantity that is no number is not called a sum of money.
_NEVER = {"quantity": {"amount_unreadable"}}


def expectations() -> None:
    from zhiji.data.sources.files import FileError
    from zhiji.processing.cleaning import KINDS, CleaningError
    from zhiji.processing.validation import EXPECTATIONS

    for kind, listed in EXPECTATIONS.items():
        print(f"## Fields of {kind}\n")
        print(row("Expectation", "Field", "What is checked", "检查什么", "Otherwise", "否则", "Reasons"))
        print("|---|---|---|---|---|---|---|")
        for one in listed:
            spec = KINDS[kind].fields.get(one.field)
            print(_line(one, spec.type if spec else ""))
        print()
    _section("Records that cannot be split", _RECORDS, _records())
    _section("What is found and kept", _FINDINGS, _findings())
    _section("Files that are refused whole", _FILES, sorted({*_codes(FileError), *_codes(CleaningError)}))


def _line(one: Expectation, type_: str) -> str:
    en, zh = _words(one, type_)
    otherwise = _REJECTED if one.severity == "reject" else _FLAGGED
    readers = _READERS.get(type_, (f"{type_}_",))
    codes = [one.code] if one.code else sorted(set(_row_codes(readers)) - _NEVER.get(type_, set()))
    return row(f"`{one.name}`", f"`{one.field}`", en, zh, *otherwise, " ".join(f"`{code}`" for code in codes))


def _words(one: Expectation, type_: str) -> tuple[str, str]:
    """Of the expectation itself, else of its family (``…_given``, ``…_readable`` by type)."""
    family = one.name.rpartition("_")[2]
    for code in (f"expected_{one.name}", f"expected_{family}_{type_}", f"expected_{family}"):
        if code in catalogue("en"):
            return catalogue("en")[code]["what"], catalogue("zh")[code]["what"]
    raise KeyError(f"no words for the expectation {one.name}: see processing/validation/messages")


def _row_codes(prefixes: tuple[str, ...]) -> Iterator[str]:
    return (code for code, texts in catalogue("en").items() if code.startswith(prefixes) and "{row}" in texts["what"])


def _records() -> list[str]:
    return sorted(code for code in catalogue("en") if code.startswith("record_"))


def _findings() -> list[str]:
    """Texts of cleaning that state something without asking for anything, of a whole file and not of a row."""
    from zhiji.processing import cleaning

    texts = tomllib.loads(Path(cleaning.__file__).with_name("messages.en.toml").read_text("utf-8"))
    told = {code: text for code, text in texts.items() if not code.startswith("word_")}
    return sorted(code for code, text in told.items() if "why" not in text and "{row}" not in text["what"])


def _codes(base: type[CodedError]) -> Iterator[str]:
    for child in base.__subclasses__():
        if code := getattr(child, "code", ""):
            yield code
        yield from _codes(child)


def _section(title: str, lead: str, codes: list[str]) -> None:
    print(f"## {title}\n\n{lead}\n")
    print(row("Code", "What is said", "说明"))
    print("|---|---|---|")
    for code in codes:
        print(row(f"`{code}`", *(_open(catalogue(language)[code]["what"]) for language in ("en", "zh"))))
    print()


def _open(text: str) -> str:
    """A text with an ellipsis where a value of the file would stand."""
    return re.sub(r"\{([\w|]+)(?::([^{}|]*\|)?([^{}]*))?\}", lambda found: "… " + found[3] if found[2] else "…", text)
