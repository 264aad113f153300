"""What the routes of one customer's identities, of its fields and of the rules for them take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from zhiji.application.identities.schemas import PairEvidence
from zhiji.platform.schemas import Named, Page, RowId, Strict

FieldName = Annotated[str, Field(max_length=40)]
RuleName = Literal["usual", "newest", "trusted", "complete"]


class MemberLink(Schema):
    """What ties an identity to another of its customer. ``by``: a person's word, a certain key, or what the data
    taught; ``decision``: the act of the person, by which it is taken back."""

    to: int
    by: Literal["person", "key", "model"]
    key: Literal["", "email", "phone"]
    probability: float | None
    evidence: list[PairEvidence]
    decided_by: Named | None
    decided_at: datetime | None
    decision: int | None


class IdentityMember(Schema):
    """One identity of a customer. ``home``: the customer that it would be of by itself; ``link``: empty for the oldest,
    to which the others were joined. Orders are empty for who may not read them."""

    identity: int
    source: str
    external_id: str
    home: int | None
    values: dict[str, str]
    link: MemberLink | None
    orders: int | None
    spend_micros: int | None
    interactions: int


class IdentityMembers(Schema):
    customer: int
    may_write: bool
    total: int
    items: list[IdentityMember]


class JoinForm(Strict):
    """``choices``: field → the identity whose word is to stand."""

    customers: Annotated[list[RowId], Field(min_length=2, max_length=50)]
    choices: Annotated[dict[FieldName, RowId], Field(default_factory=dict, max_length=20)]


class JoinQuestion(Strict):
    customers: Annotated[list[RowId], Field(min_length=2, max_length=50)]


class PartForm(Strict):
    identities: Annotated[list[RowId], Field(min_length=1, max_length=200)]


class IdentityName(Schema):
    identity: int
    source: str
    external_id: str


class PartShare(Schema):
    """What one customer would have after a parting."""

    customer: int
    identities: list[IdentityName]
    orders: int | None
    spend_micros: int | None
    interactions: int
    notes: int
    tasks: int
    calls: int


class PartPreview(Schema):
    customer: int
    items: list[PartShare]


class ActIdentity(IdentityName):
    customer: int | None


class IdentityAct(Schema):
    decision: int
    kind: Literal["join", "part", "review"]
    at: datetime
    by: Named | None
    undone_at: datetime | None
    undone_by: Named | None
    may_undo: bool
    identities: list[ActIdentity]


class IdentityActPage(Page):
    items: list[IdentityAct]


class FieldWord(Schema):
    """What one record says: of which source, in which file and row; ``by``: who typed it."""

    value: str
    is_masked: bool
    stands: bool
    identity: int
    kind: Literal["customer", "buyer", "hand"]
    source: str
    external_id: str
    at: datetime
    file: str | None
    row: int | None
    by: Named | None


class MergedField(Schema):
    """``by_rule``: what would stand if no person had spoken; ``by``: who did. ``conflict``: sources say different
    things."""

    field: str
    value: str
    by_rule: str
    rule: RuleName
    by: Named | None
    is_by_hand: bool
    conflict: bool
    words: list[FieldWord]


class MergedFields(Schema):
    customer: int
    revision: int
    may_write: bool
    items: list[MergedField]


class ChooseForm(Strict):
    """``choices``: field → the identity whose word is to stand; null: back to the company's rule."""

    revision: Annotated[int, Field(ge=1, le=2**31)]
    choices: Annotated[dict[FieldName, RowId | None], Field(min_length=1, max_length=20)]


class JoinedCustomer(Schema):
    customer: int
    name: str
    identities: int
    orders: int | None
    spend: str | None
    notes: int
    tasks: int
    calls: int


class JoinPreview(Schema):
    """``stays``: the number that is left."""

    stays: int
    customers: list[JoinedCustomer]
    items: list[MergedField]


class FieldRule(Strict):
    """``sources``: for ``trusted``, codes of sources, the most trusted first."""

    field: FieldName
    rule: RuleName
    sources: Annotated[list[Annotated[str, Field(max_length=40)]], Field(default_factory=list, max_length=100)]


class RulesForm(Strict):
    rules: Annotated[list[FieldRule], Field(max_length=20)]


class RuleExample(Schema):
    customer: int
    name: str
    fields: list[str]


class RulesLook(Schema):
    """What other rules would change: customers looked at, customers changed, and how often each field."""

    job: int
    at: datetime | None
    customers: int
    changed: int
    by_field: dict[str, int]
    examples: list[RuleExample]


class RulesState(Schema):
    rules: list[FieldRule]
    sources: list[str]
    at: datetime | None
    by: Named | None
    may_undo: bool
    under_way: int | None
    looked: RulesLook | None
