"""Customers, products and interactions: one row a record, read by the same types as orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from zhiji.processing.cleaning.errors import RequiredFieldMissing
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.cleaning.mapping import Mapping
from zhiji.processing.cleaning.rejects import judge, rejected_sql, write_rejected
from zhiji.processing.cleaning.run import cleaned, cleaning_run
from zhiji.processing.cleaning.settings import Cleaned, CleaningSettings
from zhiji.processing.cleaning.stage import Stage
from zhiji.processing.validation.expectations import (
    CUSTOMER_EXPECTATIONS,
    INTERACTION_EXPECTATIONS,
    PRODUCT_EXPECTATIONS,
    Expectation,
)

_ORGANISATION = (
    "公司|集团|有限|企业|商行|事务所|医院|学校|大学|银行"
    "|\\b(ltd|limited|inc|llc|gmbh|plc|corp|corporation|co\\.|b\\.?v|s\\.a|pty|ag)\\b"
)


def clean_customers(received: str | Path, mapping: Mapping, settings: CleaningSettings, out_dir: str | Path) -> Cleaned:
    """Writes ``clean.parquet``: ``row`` BIGINT, ``external_id``, ``name``, ``kind`` (person, organisation),
    ``company``,
    ``phone`` (E.164, or masked text), ``phone_masked`` BOOLEAN, ``email``, ``country``, ``city``, ``address``,
    ``first_name``, ``last_name``, ``province``, ``postcode``, ``birth_date`` (as it is written),
    ``registered_at`` TIMESTAMP UTC or NULL, ``contact_allowed`` BOOLEAN or NULL (one refusal in any column is enough),
    ``owner_name``, ``tags``, ``extra`` JSON, ``event_at`` (registration, else reception), ``known_at``,
    ``corrects_row``,
    ``corrects_file``. ``external_id`` is unique: a second row of one id goes to quarantine.
    """
    return _clean(received, mapping, settings, out_dir)


def clean_products(received: str | Path, mapping: Mapping, settings: CleaningSettings, out_dir: str | Path) -> Cleaned:
    """Writes ``clean.parquet``: ``row``, ``product_code``, ``product_key`` (upper case), ``product_name``,
    ``category``,
    ``brand``, ``price_micros``, ``cost_micros`` BIGINT or NULL, ``currency``, ``active`` text, ``extra``, ``event_at``,
    ``known_at`` (both the reception: a list of products has no date), ``corrects_row``, ``corrects_file``.
    """
    return _clean(received, mapping, settings, out_dir)


def clean_interactions(
    received: str | Path, mapping: Mapping, settings: CleaningSettings, out_dir: str | Path
) -> Cleaned:
    """Writes ``clean.parquet``: ``row``, ``interaction_key`` (the id, or ``~`` and 16 hex of the content),
    ``occurrence``
    INTEGER (0-based among equal keys), ``customer_external_id``, ``kind``, ``channel``, ``direction``, ``subject``,
    ``body``, ``agent_name``, ``outcome``, ``rating_milli`` BIGINT, ``extra``, ``event_at``, ``known_at``,
    ``corrects_row``,
    ``corrects_file``.
    """
    return _clean(received, mapping, settings, out_dir)


def _clean(received: str | Path, mapping: Mapping, settings: CleaningSettings, out_dir: str | Path) -> Cleaned:
    expectations, columns, key_and_time = _OF_KIND[mapping.kind]
    target = Path(out_dir)
    with cleaning_run(Path(received), mapping, settings, target) as (stage, clean_path, rejected_path):
        _judged(stage, key_and_time)
        findings = judge(stage, "judged", expectations)
        rejected = write_rejected(stage, "judged", expectations, rejected_path, "no_money", "event_at")
        row = stage.connection.execute(
            f"COPY ({_clean_sql(stage, columns)}) TO {quoted(str(clean_path))} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchone()
        clean = int(row[0]) if row else 0
    said = stage.findings + findings
    return cleaned(mapping.kind, target, (clean, rejected), {}, said, unknown=stage.unknown, habits=stage.habits)


def records_in_memory(stage: Stage) -> tuple[str, str]:
    """SQL of the clean rows and of the quarantine, with the columns of the functions above, for rows of events."""
    expectations, columns, key_and_time = _OF_KIND[stage.mapping.kind]
    _judged(stage, key_and_time)
    judge(stage, "judged", expectations)
    return _clean_sql(stage, columns), rejected_sql(stage, "judged", expectations, "no_money", "event_at")


def _judged(stage: Stage, key_and_time: tuple[str | None, str | None]) -> None:
    """Makes ``judged``: ``typed`` with ``appearance`` (of its key: 1 is the first), ``event_at`` and ``known_at``."""
    mapping, settings = stage.mapping, stage.settings
    if mapping.missing:
        raise RequiredFieldMissing(fields=mapping.missing, first=mapping.missing[0], columns=mapping.columns[:50])
    stage.build()
    key, time = key_and_time
    # Product codes that differ in case alone are one product; ids of customers are other systems' and kept apart.
    folded_key = f"upper({key})" if key == "product_code" else key
    appearance = f"row_number() OVER (PARTITION BY {folded_key} ORDER BY row)" if key else "1"
    reception = f"TIMESTAMP {quoted(settings.received.isoformat(' '))}"
    event = f"coalesce({time}, {reception})" if time else reception
    known = f"{event} + INTERVAL {settings.lag_days} DAY" if time and settings.mode == "history" else reception
    stage.derive(
        "judged",
        f"SELECT *, CASE WHEN {key or 'row'} IS NULL THEN 1 ELSE {appearance} END AS appearance, "
        f"{event} AS event_at, {known} AS known_at, NULL::BIGINT AS no_money FROM typed",
    )


def _clean_sql(stage: Stage, columns: Callable[[Stage], str]) -> str:
    return f"""SELECT l.row, {columns(stage)}, {stage.extra_json(_notes(stage))} AS extra, l.event_at, l.known_at,
        l.corrects_row, l.corrects_file FROM judged l JOIN received r ON r.row = l.row
        WHERE l.row NOT IN (SELECT row FROM failures) ORDER BY l.row"""


def _notes(stage: Stage) -> dict[str, str]:
    more = {stage.mapping.shown("note"): "l.note"} if stage.has("note") else {}
    for field in ("phone", "email"):
        if stage.has(field):
            more[stage.mapping.shown(field)] = (
                f"CASE WHEN l.{field}__code IS NOT NULL THEN r.{stage.mapping.column(field)} END"
            )
    return more


def _customer_columns(_stage: Stage) -> str:
    han = "regexp_matches(concat(l.last_name, l.first_name), '[\\x{4e00}-\\x{9fff}]')"
    spaced = "nullif(concat_ws(' ', l.first_name, l.last_name), '')"
    joined = f"CASE WHEN {han} THEN concat(l.last_name, l.first_name) ELSE {spaced} END"
    return f"""l.external_id, coalesce(l.name, {joined}, l.company) AS name,
        CASE WHEN l.kind IS NOT NULL THEN l.kind
            WHEN regexp_matches(lower(coalesce(l.name, {joined}, '')), {quoted(_ORGANISATION)}) THEN 'organisation'
            WHEN coalesce(l.name, {joined}) IS NULL AND l.company IS NOT NULL THEN 'organisation' ELSE 'person' END AS
            kind,
        l.company, l.phone, coalesce(l.phone_masked, false) AS phone_masked, l.email, l.country, l.city, l.address,
        l.first_name, l.last_name, l.province, l.postcode, l.birth_date, l.registered_at, l.contact_allowed,
        l.owner_name, l.tags"""


def _product_columns(stage: Stage) -> str:
    currency = f"CASE WHEN l.currency__code IS NULL THEN coalesce(l.currency, {quoted(stage.settings.currency)}) END"
    return f"""l.product_code, upper(l.product_code) AS product_key, l.product_name, l.category, l.brand,
        l.price AS price_micros, l.cost AS cost_micros, {currency} AS currency, l.active"""


def _interaction_columns(_stage: Stage) -> str:
    content = (
        "l.customer_external_id, l.event_at::VARCHAR, l.kind, l.channel, l.direction, l.subject, l.body, l.agent_name"
    )
    made = f"'~' || md5(concat_ws(chr(31), {', '.join(_nothing(part) for part in content.split(', '))}))[1:16]"
    key = f"coalesce(l.interaction_id, {made})"
    return f"""{key} AS interaction_key,
        (row_number() OVER (PARTITION BY {key} ORDER BY l.row) - 1)::INTEGER AS occurrence, l.customer_external_id,
        l.kind, l.channel, l.direction, l.subject, l.body, l.agent_name, l.outcome, l.rating AS rating_milli"""


def _nothing(part: str) -> str:
    return f"coalesce({part}, '')"


_OF_KIND: dict[str, tuple[Sequence[Expectation], Callable[[Stage], str], tuple[str | None, str | None]]] = {
    "customers": (CUSTOMER_EXPECTATIONS, _customer_columns, ("external_id", "registered_at")),
    "products": (PRODUCT_EXPECTATIONS, _product_columns, ("product_code", None)),
    "interactions": (INTERACTION_EXPECTATIONS, _interaction_columns, (None, "occurred_at")),
}
