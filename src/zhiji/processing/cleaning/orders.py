"""Orders: from received text to one row a line, exact, in UTC, in quarantine where it cannot be read.

See ``clean_orders`` for the columns. All of it is SQL over columns; Python sees distinct words only.
"""

from __future__ import annotations

from pathlib import Path

from zhiji.data.store import states
from zhiji.kernel import LineKind
from zhiji.processing.cleaning import order_extras, order_findings, order_lines, order_money
from zhiji.processing.cleaning.errors import MoneyFieldMissing, RequiredFieldMissing
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.cleaning.mapping import Mapping
from zhiji.processing.cleaning.order_readings import Readings
from zhiji.processing.cleaning.rejects import judge, rejected_sql, write_rejected
from zhiji.processing.cleaning.run import cleaned, cleaning_run
from zhiji.processing.cleaning.settings import Cleaned, CleaningSettings
from zhiji.processing.cleaning.stage import Stage
from zhiji.processing.validation.expectations import ORDER_EXPECTATIONS

STATES_WITHOUT_VALUE = states.WITHOUT_VALUE


def clean_orders(received: str | Path, mapping: Mapping, settings: CleaningSettings, out_dir: str | Path) -> Cleaned:
    """Writes ``clean.parquet`` and ``rejected.parquet`` (see ``rejects.write_rejected``) to ``out_dir``.

    ``clean.parquet``, one row a line, in the order of the file:

    - ``row`` BIGINT; ``order_number`` VARCHAR or NULL; ``order_key`` VARCHAR: the number, or a made one (``~`` and 16
    hex)
      that is the same whenever the same file comes again; ``line_digest`` VARCHAR, 16 hex of the content of the line;
      ``occurrence`` INTEGER, 0-based among lines of the order with that digest; ``is_repeat`` BOOLEAN: another
      line with that digest stands for it, see ``states.repeats``.
      (order_key, line_digest, occurrence) is unique. The digest holds what was sold, when, for how much and all
      further columns, and without order numbers to whom; not state, refund, payment and dispatch times, contact data
      and notes, which change later.
    - ``customer_external_id`` VARCHAR, NULL for a guest and where it is masked (then in ``extra``); a line that names
      nobody belongs to the first whom a line of its order names; ``customer_masked`` BOOLEAN: its own cell is;
      ``customer_name``, ``product_code``, ``product_key`` (upper case), ``product_name``, ``category``, ``store``,
      ``channel``, ``country``, ``city`` VARCHAR.
    - ``line_kind`` VARCHAR (``zhiji.kernel.LineKind``); ``is_cancellation`` BOOLEAN: the line stands in a document that
      reverses others (``C536379``), whatever its kind.
    - ``quantity_milli`` BIGINT; ``unit_price_micros`` BIGINT or NULL; ``amount_micros`` BIGINT, signed, of the line
    without
      tax and postage; ``discount_micros``, ``tax_micros``, ``postage_micros``, ``fee_micros``, ``refund_micros``
      BIGINT, 0 where none: what the row says;
      ``value_micros`` BIGINT: what the line adds to net goods revenue, 0 unless its kind is in ``LineKind.VALUE`` and
      its state brings money. ``currency`` VARCHAR, always ``settings.currency``.
    - ``made_from`` VARCHAR: NULL for a row of the file; for a line that was made from a column beside the goods, its
      field (``tax``, ``postage``, ``fee``, ``refund_amount``, ``discount`` of the order). Such a
      line has the row number of the first row that it came from and is counted nowhere as received (``order_extras``).
    - ``event_at``, ``order_at`` (earliest line of the order), ``known_at``, ``paid_at`` TIMESTAMP, UTC.
    - ``line_state``: open (not paid yet), completed, closed, cancelled, partial_refund, refunded. ``order_state``: what
      ``states.of_lines`` makes of those of the order. ``says_state`` BOOLEAN: the row has a word on it.
    - ``phone`` (E.164, or the masked text when ``phone_masked``), ``email``, ``contact_allowed`` BOOLEAN or NULL,
    ``extra``
      JSON text; ``corrects_row`` BIGINT, ``corrects_file`` VARCHAR: of a corrected file of rejects.

    Raises RequiredFieldMissing, MoneyFieldMissing, IdentifierRounded, DateOrderMixed, OrderCurrencyDiffers; then
    nothing is written.
    """
    _expect_fields(mapping)
    target = Path(out_dir)
    with cleaning_run(Path(received), mapping, settings, target) as (stage, clean_path, rejected_path):
        readings = _price(stage)
        months = order_money.monthly_totals(stage)
        stage.findings += judge(stage, "priced", ORDER_EXPECTATIONS)
        rejected = write_rejected(stage, "priced", ORDER_EXPECTATIONS, rejected_path, "whole_micros", "event_at")
        _key(stage, readings)
        clean = _write(stage, clean_path)
        findings, counts = order_findings.look_over(stage, clean_path)
        findings += order_extras.look_over(stage, clean_path)
    said = stage.findings + findings
    return cleaned("orders", target, (clean, rejected), counts, said, months, stage.unknown, stage.habits)


def orders_in_memory(stage: Stage) -> tuple[str, str]:
    """SQL of the clean lines and of the quarantine, with the columns of ``clean_orders``, for rows of events."""
    _expect_fields(stage.mapping)
    readings = _price(stage)
    judge(stage, "priced", ORDER_EXPECTATIONS)
    _key(stage, readings)
    return _clean_sql(stage), rejected_sql(stage, "priced", ORDER_EXPECTATIONS, "whole_micros", "event_at")


def _expect_fields(mapping: Mapping) -> None:
    if mapping.missing:
        raise RequiredFieldMissing(fields=mapping.missing, first=mapping.missing[0], columns=mapping.columns[:50])
    if not mapping.has_money:
        raise MoneyFieldMissing(columns=mapping.columns[:50])


def _price(stage: Stage) -> Readings:
    stage.build()
    readings = order_money.fill_from_first_line(stage)
    order_money.expect_currency(stage)
    order_money.price_lines(stage, readings)
    return readings


def _key(stage: Stage, readings: Readings) -> None:
    order_lines.sort_kinds(stage)
    order_lines.key_lines(stage)
    order_extras.add_lines(stage, readings)


def _write(stage: Stage, path: Path) -> int:
    stage.connection.execute(f"COPY ({_clean_sql(stage)}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)")
    # Rows of the file: what was made beside them is not received.
    row = stage.connection.execute(
        f"SELECT count(*) FROM read_parquet({quoted(str(path))}) WHERE made_from IS NULL"
    ).fetchone()
    return int(row[0]) if row else 0


def _clean_sql(stage: Stage) -> str:
    settings = stage.settings
    known = (
        f"TIMESTAMP {quoted(settings.received.isoformat(' '))}"
        if settings.mode == "live"
        else f"l.event_at + INTERVAL {settings.lag_days} DAY"
    )
    kinds = ", ".join(quoted(kind) for kind in LineKind.VALUE)
    return f"""SELECT l.row, l.order_number, l.order_key, l.line_digest, l.occurrence, l.is_repeat,
            l.is_cancellation, l.customer_external_id, l.customer_external_id__code IS NOT NULL AS customer_masked,
            l.customer_name, l.product_code, l.product_key, l.product_name,
            l.category, l.line_kind, l.quantity_milli, l.unit_price AS unit_price_micros, l.amount_micros,
            l.discount_micros, l.tax_micros, l.postage_micros, l.fee_micros, l.refund_micros,
            CASE WHEN l.line_kind IN ({kinds}) AND NOT {states.without_value("l.line_state")}
                THEN l.amount_micros ELSE 0 END AS value_micros,
            l.currency, l.event_at, l.order_at, {known} AS known_at, l.paid_at, l.order_state,
            l.line_state, l.says_state, l.store, l.channel,
            l.country, l.city, l.phone, coalesce(l.phone_masked, false) AS phone_masked, l.email, l.contact_allowed,
            CASE WHEN l.made_from IS NULL THEN {_extra(stage)} END AS extra, l.corrects_row, l.corrects_file,
            l.made_from FROM all_lines l {_received(stage)} ORDER BY l.row, l.made_from NULLS FIRST"""


def _kept(stage: Stage) -> dict[str, str]:
    """Fields that have no column of their own in the clean table, contact data that could not be read, masked ids."""
    more = {}
    for field in ("note", "closed_at"):
        if stage.has(field):
            more[stage.mapping.shown(field)] = f"l.{field}"
    fields = ["phone", "email", *(["customer_external_id"] if stage.has_masked_customers else [])]
    for field in fields:
        if stage.has(field):
            more[stage.mapping.shown(field)] = (
                f"CASE WHEN l.{field}__code IS NOT NULL THEN r.{stage.mapping.column(field)} END"
            )
    return more


def _extra(stage: Stage) -> str:
    return stage.extra_json(_kept(stage))


def _received(stage: Stage) -> str:
    return "JOIN received r ON r.row = l.row" if stage.mapping.extras or _kept(stage) else ""
