"""Every text that a request may carry, out of the API's own schema, and where the scripts of ``test_scripts`` go.

A new text of the API stands in neither list, and fails the test until somebody says which.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# operation.field, each really sent with scripts.
_PLANTED = """
    setup_create.name setup_create.company.name company_update.name me_update.name
    invitation_create.name invitation_accept.name user_update.name
    team_create.name team_update.name token_create.name
    note_create.text note_update.text call_record.text call_record.callback_title
    task_create.title task_create.details task_update.title task_update.details
    view_create.name view_create.definition view_update.name view_update.definition
    customer_update.name customer_update.company customer_update.city customer_update.country customer_update.address
    segment_create.name segment_create.definition segment_update.name segment_update.definition segment_count.definition
    import_create.file import_match.overrides
    worklist_done.note worklist_done.follow_up_title score_feedback_give.text
    events_receive.event_id events_receive.customer.external_id events_receive.customer.name
    events_receive.customer.city events_receive.customer.country events_receive.data
    source_create.name source_create.settings source_update.name source_update.settings
    stream_create.name stream_create.definition stream_create.mapping
    stream_update.name stream_update.definition stream_update.mapping
"""
PLANTED = frozenset(_PLANTED.split())
# Texts that keep no script, by why not.
CLOSED = {
    "checked as an address, a number or a name out of a list: anything else is refused": """
        invitation_create.email customer_update.email customer_update.phone setup_create.email
        setup_create.company.zone company_update.zone setup_create.company.region company_update.region
        company_update.margin_percent token_create.scopes
        call_record.callback_on task_create.due_on task_update.due_on refresh_start.as_of worklist_done.follow_up_on
        worklist_snooze.until import_create.kind import_match.kind import_values.values
        import_match.options.sheet import_match.options.delimiter
        customer_assign.filter customer_export.filter customer_export.sort
        identity_choose.choices identity_join.choices identity_rules_set.rules.field identity_rules_set.rules.sources
        identity_rules_look.rules.field identity_rules_look.rules.sources
        events_receive.occurred_at events_receive.customer.email events_receive.customer.phone
        stream_create.columns stream_update.columns stream_create.kind source_preview.kind stream_backfill.since
    """,
    "a pattern of letters": """
        setup_create.company.currency company_update.currency view_create.place import_create.currency
        import_create.source import_match.options.encoding
        events_receive.source events_receive.type hook_create.source source_create.source
    """,
    "kept as a hash, or compared and dropped": """
        setup_create.password setup_create.token session_create.email session_create.password
        session_create_by_ticket.ticket me_update.password me_update.old_password
        invitation_accept.password invitation_accept.token invitation_look.token
        session_create.code second_factor_start.password second_factor_confirm.code second_factor_remove.password
        second_factor_remove.code password_reset_request.email password_reset_accept.password
        password_reset_accept.token
    """,
    "sealed, and never told again": "source_create.secrets source_update.secrets source_test.secrets",
    "tried once, and not kept": "source_test.settings source_preview.definition",
    "taken in as those of events_receive are, by the same code": """
        hook_receive.event_id hook_receive.source hook_receive.type hook_receive.occurred_at hook_receive.data
        hook_receive.customer.external_id hook_receive.customer.name hook_receive.customer.city
        hook_receive.customer.country hook_receive.customer.email hook_receive.customer.phone
    """,
}


def texts_of(schema: dict[str, Any]) -> set[str]:
    """``operation.field`` of each text of each request's body; lists and free objects count as one field."""
    found = set()
    for operations in schema["paths"].values():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                names = _fields(content["schema"], schema["components"]["schemas"], ())
                found |= {".".join([operation["operationId"], *name]) for name in names}
    return found


def _fields(
    shape: dict[str, Any], known: dict[str, Any], at: tuple[str, ...], depth: int = 0
) -> Iterator[tuple[str, ...]]:
    assert depth < 20, "a shape that contains itself: say here how far to look"
    if "$ref" in shape:
        yield from _fields(known[shape["$ref"].rsplit("/", 1)[1]], known, at, depth + 1)
    for part in [*shape.get("anyOf", ()), *shape.get("oneOf", ()), *shape.get("allOf", ())]:
        yield from _fields(part, known, at, depth + 1)
    kind = shape.get("type")
    if kind == "string" and "enum" not in shape and "const" not in shape:
        yield at
    elif kind == "array":
        yield from _fields(shape.get("items", {}), known, at, depth + 1)
    elif kind == "object" and "properties" in shape:
        for name, part in shape["properties"].items():
            yield from _fields(part, known, (*at, name), depth + 1)
    elif kind == "object":
        yield at


def carried(operation: str, body: dict[str, Any], payloads: list[str]) -> set[str]:
    """``operation.field`` of each field of the body with one of the payloads somewhere in it."""

    def holds(value: Any) -> bool:
        if isinstance(value, dict):
            return any(map(holds, [*value, *value.values()]))
        return any(map(holds, value)) if isinstance(value, list) else value in payloads

    inner = {name: value for name, value in body.items() if name in ("company", "customer") and isinstance(value, dict)}
    flat = {f"{name}.{key}": part for name, value in inner.items() for key, part in value.items()} | body
    return {f"{operation}.{name}" for name, value in flat.items() if holds(value)}
