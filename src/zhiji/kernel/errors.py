"""Coded errors: what went wrong is data; the words are made for each reader.

A ``Reason`` is the stored form (code and parameters, JSON-safe). ``CodedError`` is a reason that is raised.
The texts stand in ``messages.zh.toml`` and ``messages.en.toml`` beside the module that raises (see
``zhiji.kernel.messages``); a code without a text in both languages fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Reason:
    """Why something was refused, flagged or scored as it was.

    code: snake_case, unique in the whole product.
    where: the place, as far as known: ``row`` (1-based record number in the file), ``column``, ``path``, ``field``.
    params: what the texts' ``{placeholders}`` need; JSON-safe values only.
    """

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    where: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": self.params, "where": self.where}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Reason:
        return cls(value["code"], dict(value.get("params", {})), dict(value.get("where", {})))


class CodedError(Exception):
    """Base of every error a person may see.

    Subclasses set ``code`` and, where it is not 400, the HTTP ``status``. Raise with keyword parameters only:
    ``raise FileEmpty(name="orders.csv", where={"path": "orders.csv"})``. A refusal changes nothing.
    """

    code: ClassVar[str] = ""
    status: ClassVar[int] = 400

    def __init__(self, *, where: dict[str, Any] | None = None, **params: Any) -> None:
        self.reason = Reason(self.code, params, where or {})
        super().__init__(f"{self.code} {params or ''} {where or ''}".strip())

    @property
    def params(self) -> dict[str, Any]:
        return self.reason.params

    @property
    def where(self) -> dict[str, Any]:
        return self.reason.where
