"""How an interface is reached, what is taken from it, and how far a pull has come. All but ``Interface`` is JSON-safe;
that one holds the secret."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Auth = Literal["none", "bearer", "header", "query", "basic", "token"]
PagingKind = Literal["single", "link", "header_link", "cursor", "page", "offset"]


@dataclass(frozen=True)
class TokenExchange:
    """Where a passing key is got for the lasting secrets. fields: what is sent, ``{name}`` standing for a secret or a
    setting. token_at: path of the key in the answer. used_as: ``bearer``, or ``query`` under ``name``."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    sent_as: Literal["query", "form", "json"] = "query"
    fields: dict[str, str] = field(default_factory=dict)
    token_at: str = "access_token"  # noqa: S105 - where it is, not what it is
    used_as: Literal["bearer", "query"] = "query"
    name: str = "access_token"


@dataclass(frozen=True)
class Interface:
    """base_url: without the path of an endpoint. auth_name: of the header or parameter that carries the key.
    headers: sent with each request, without secrets. per_minute: most requests; 0: no limit of ours. ok: where an
    answer says by itself whether it succeeded, and the values that mean yes."""

    base_url: str
    auth: Auth = "bearer"
    auth_name: str = ""
    user: str = ""
    secret: dict[str, str] = field(default_factory=dict, repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    per_minute: int = 0
    exchange: TokenExchange | None = None
    ok_at: str = ""
    ok_values: tuple[str, ...] = ("0", "200", "true")


@dataclass(frozen=True)
class Paging:
    """link: path of the next address in the answer. cursor: path of the cursor in the answer; param: what carries the
    cursor, page or offset; size_param, size: of a page. in_body: they are sent in the JSON body, not in the address."""

    kind: PagingKind = "single"
    path: str = ""
    param: str = ""
    size_param: str = ""
    size: int = 100
    first: int = 1
    in_body: bool = False


@dataclass(frozen=True)
class Incremental:
    """field: of a record, what grows with each change. param: what asks for records since a value, in the address or,
    with ``in_body``, in the JSON body. template: how the value is written, ``{since}`` standing for it. initial: what
    is asked for at the very start; empty: the parameter is left out then."""

    field: str
    param: str
    template: str = "{since}"
    initial: str = ""
    in_body: bool = False
    overlap: int = 60


@dataclass(frozen=True)
class Endpoint:
    """One list of records. records: path of the list in the answer, empty: the answer itself. unwrap: path within a
    record that holds it. lines: path within a record of a list of which each element becomes a row, beside the record's
    own values. key: path of what tells records apart. params, body: sent with each request."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    params: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    records: str = ""
    unwrap: str = ""
    lines: str = ""
    key: str = "id"
    paging: Paging = field(default_factory=Paging)
    incremental: Incremental | None = None

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Endpoint:
        known = {**value, "paging": Paging(**value.get("paging") or {})}
        since = value.get("incremental")
        return cls(**{**known, "incremental": Incremental(**since) if since else None})


@dataclass(frozen=True)
class Progress:
    """How far a pull has come, between two steps. bytes: of the part file that count. following: what the next request
    asks for; None: this pass is at its end. turn: of how many passes this is. pages: of this pass."""

    bytes: int = 0
    records: int = 0
    pages: int = 0
    turn: int = 1
    following: dict[str, Any] | None = None
    last_page: str = ""
    has_begun: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Progress:
        return cls(**value)
