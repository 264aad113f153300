"""What can be done with an import: one function an action. The wizard, the command, the watched folder and the API
all come through here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from zhiji.application.imports.errors import (
    ImportCancelled,
    ImportColumnsMissing,
    ImportCurrencyDiffers,
    ImportDecisionNeeded,
    ImportKindUnknown,
    ImportNothingToStore,
    ImportNotUndoable,
    ImportReadingOutdated,
    ImportUnreadable,
)
from zhiji.application.imports.matching import (
    AUTO,
    DEFAULT_SOURCE,
    match,
    merged,
    outdated,
    recall,
    recalled_now,
    shape_of,
    source_of,
)
from zhiji.application.imports.models import Import
from zhiji.application.imports.options import ImportOptions
from zhiji.application.imports.states import State, expect, held, released, start
from zhiji.application.imports.taking_back import taking_back
from zhiji.data.landing.files import path_of
from zhiji.data.landing.models import Batch, LandedFile, Source
from zhiji.data.sources.files import FileError, FileProfile, inspect
from zhiji.kernel import Reason
from zhiji.platform import audit, jobs, live
from zhiji.platform.company import company, company_update
from zhiji.platform.errors import InputInvalid
from zhiji.platform.models import Job, User
from zhiji.processing.cleaning import KINDS, Mapping, Meanings, as_it_left, checked_meanings

# The refusals are among them: whoever brings a file on by itself tells these three from the others.
__all__ = [
    "ImportCancelled", "ImportDecisionNeeded", "ImportNothingToStore", "ImportOptions", "identical_lines_switch",
    "import_cancel", "import_check", "import_confirm", "import_create", "import_match", "import_resumable",
    "import_undo", "import_values", "orders_are_stored", "taking_back",
]  # fmt: skip
_RESTING = (State.MATCHING, State.CHECKED, State.FAILED)


def import_create(
    *,
    file: LandedFile,
    name: str,
    kind: str,
    by: User | None = None,
    source_code: str | None = DEFAULT_SOURCE,
    overrides: dict[str, str] | None = None,
    options: ImportOptions | None = None,
    is_history: bool = True,
    currency: str | None = None,
    values: Meanings | None = None,
    anew: bool = False,
) -> Import:
    """Look at a landed file and match its columns; nothing is stored yet.

    overrides: field → column of the file, stronger than the match. options: what the person knows better. currency:
    ISO 4217; by default the company's. values: what words of the file mean, see ``import_values``. source_code: None
    takes the source of earlier files with the same columns. What such a file of the source was told holds for this one
    too, unless ``anew``.
    Raises ImportKindUnknown, ImportCurrencyDiffers, ImportSourceUnclear, what the match refuses, and a FileError where
    the file cannot be read; only the last leaves something: a failed import in the history, with the reason.
    """
    if kind not in (AUTO, *KINDS):
        raise ImportKindUnknown(given=kind, known=list(KINDS), where={"field": "kind"})
    _expect_currency(currency)
    options = options or ImportOptions()
    row = Import(
        file=file, name=Path(name).name[:255], kind=kind, source_code=source_code or DEFAULT_SOURCE,
        is_history=is_history, currency=currency or company().currency, options=options.to_json(), created_by=by,
        is_matched_anew=anew,
    )  # fmt: skip
    try:
        profile = as_it_left(inspect(path_of(file), name=name, options=options.of_file()))
    except FileError as refusal:
        _import_unreadable(row, refusal.reason)
        raise
    row.source_code = source_code or source_of(profile)
    recalled = None if anew else recall(profile, kind, row.source_code, file.pk)
    mapping = match(profile, kind, overrides or {}, recalled)
    mapping = replace(mapping, values=merged(mapping.values, checked_meanings(mapping.kind, values or {})))
    with transaction.atomic():
        if row.currency != company().currency:
            company_update(currency=row.currency)
        _keep(row, profile, mapping)
        audit.record("import_create", "import", row.pk, file=file.sha256, kind=mapping.kind)
    return row


@transaction.atomic
def _import_unreadable(row: Import, reason: Reason) -> None:
    """Whoever asks later what became of a file finds it in the history, also where nobody saw the refusal."""
    row.state, row.reason = State.FAILED, reason.to_json()
    row.save()
    audit.record("import_failed", "import", row.pk, file=row.file.sha256, code=reason.code)
    live.publish("import", id=row.pk, state=row.state)


def import_resumable(
    *,
    file: LandedFile,
    kind: str,
    source_code: str | None = DEFAULT_SOURCE,
    is_history: bool = True,
    by: User | None = None,
) -> Import | None:
    """The import of this very file that was begun by the same hand and has not come to rest, newest first.

    source_code: None takes any.

    Whoever comes again after a kill goes on with that one: a second would take the first one's rows for redelivered.
    """
    unfinished = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING, Job.State.WAITING])
    resting = Q(state__in=[State.MATCHING, State.CHECKING, State.CHECKED, State.STORING])
    rows = Import.objects.filter(resting | Q(state=State.STORED, job_id__in=unfinished.values("pk")))
    rows = rows.filter(file=file, is_history=is_history, created_by=by)
    rows = rows if source_code is None else rows.filter(source_code=source_code)
    return (rows if kind == AUTO else rows.filter(kind=kind)).order_by("-pk").first()


def _keep(row: Import, profile: FileProfile, mapping: Mapping) -> None:
    row.kind, row.shape = mapping.kind, shape_of(profile)
    row.profile, row.mapping = profile.to_json(), mapping.to_json()
    row.save()


def _expect_currency(currency: str | None) -> None:
    """The first import may name the company's currency; afterwards every file must be in it."""
    books = company()
    if currency is None or currency == books.currency:
        return
    if Batch.objects.exclude(state=Batch.State.WITHDRAWN).exists():
        raise ImportCurrencyDiffers(found=currency, expected=books.currency, where={"field": "currency"})


def orders_are_stored() -> bool:
    return Batch.objects.filter(kind="orders").exclude(state=Batch.State.WITHDRAWN).exists()


def _keep_books(row: Import) -> None:
    """What was tried in one currency is stored in no other; the first file of orders may bring its own."""
    books = company().currency
    currency = row.dry_run.get("currency", books)
    if row.kind == "orders" and currency != books:
        if orders_are_stored() or not _currency_is_said(row):
            raise ImportCurrencyDiffers(found=currency, expected=books, where={"field": "currency"})
        company_update(currency=currency)
    if row.currency != currency:
        row.currency = currency
        row.save(update_fields=["currency"])


def _currency_is_said(row: Import) -> bool:
    return any(finding["code"] == "books_currency_from_file" for finding in row.dry_run.get("findings", []))


def import_match(
    row: Import, *, overrides: dict[str, str], options: ImportOptions, kind: str | None = None, anew: bool = False
) -> Import:
    """Match again with what the person said; the file is looked at again only where its reading changes.

    What was said about words stays, unless the kind changes. anew: nothing of an earlier file is taken over, neither
    now nor later on.
    """
    expect(row, *_RESTING)
    wanted_kind = kind or row.kind
    if wanted_kind not in KINDS:
        raise ImportKindUnknown(given=wanted_kind, known=list(KINDS), where={"field": "kind"})
    if row.is_readable and options.of_file() == ImportOptions(**row.options).of_file():
        profile = FileProfile.from_json(row.profile)
    else:
        profile = as_it_left(inspect(path_of(row.file), name=row.name, options=options.of_file()))
    independent = anew or row.is_matched_anew
    recalled = None if independent else recall(profile, wanted_kind, row.source_code, row.file_id)
    matched = match(profile, wanted_kind, overrides, recalled)
    with held(row, *_RESTING):
        said = {} if anew or wanted_kind != row.kind else row.mapping.get("values", {})
        mapping = replace(matched, values=merged(matched.values, said))
        row.options, row.state, row.dry_run, row.reason = options.to_json(), State.MATCHING, {}, None
        row.is_matched_anew, row.changed = independent, None
        _keep(row, profile, mapping)
        audit.record("import_match", "import", row.pk, kind=wanted_kind)
    return row


def import_values(row: Import, *, values: Meanings, by: User | None = None) -> Import:
    """Say what words of the file mean: field → word → meaning, added to what was said before.

    An empty meaning leaves the word as it is, and it is not asked about again. A dry run that other meanings would
    change is started anew. Raises ValueFieldUnknown, ValueMeaningUnknown.
    """
    with held(row, *_RESTING):
        if not row.is_readable:
            raise ImportUnreadable(name=row.name)
        before: Meanings = row.mapping.get("values", {})
        after = merged(before, checked_meanings(row.kind, values))
        row.mapping = {**row.mapping, "values": after}
        row.save(update_fields=["mapping"])
        audit.record("import_values", "import", row.pk, values=audit.digest(after))
        if row.state == State.CHECKED and _meant(after) != _meant(before):
            import_check(row, by=by)
    return row


def _meant(values: Meanings) -> set[tuple[str, str, str]]:
    """What was said without the words that are left as they are."""
    return {(field, word, meaning) for field, words in values.items() for word, meaning in words.items() if meaning}


def import_check(row: Import, *, by: User | None = None) -> Job:
    """Start the dry run: read, clean, validate, compare with what is stored; the record stays as it is."""
    with held(row, *_RESTING):
        if not row.is_readable:
            raise ImportUnreadable(name=row.name)
        missing = row.mapping.get("missing", [])
        if missing:
            raise ImportColumnsMissing(fields=missing, first=missing[0], where={"field": missing[0]})
        row.mapping = recalled_now(row)
        row.save(update_fields=["mapping"])
        return start(row, "import_check", State.CHECKING, by)


def import_confirm(row: Import, *, by: User | None = None, changed: str | None = None) -> Job:
    """Store what the dry run showed. changed: ``replace`` or ``add``, needed only where stored orders differ.

    Where the record has changed since the dry run and an order differs only now, nothing is stored and the import asks
    again; a decision that nobody made is never taken for one. Raises InputInvalid for a decision that there is not.
    """
    if changed is not None and changed not in Import.Changed.values:
        problem = Reason("problem_not_a_choice", {"expected": list(Import.Changed.values)})
        raise InputInvalid(field="changed", problem=problem.to_json(), where={"field": "changed"})
    with held(row, State.CHECKED):
        counts = row.dry_run.get("counts", {})
        if counts.get("accepted", 0) == 0:
            first = row.dry_run.get("first_rejection") or ""
            raise ImportNothingToStore(rejected=counts.get("rejected", 0), first=first)
        if column := outdated(row):
            raise ImportReadingOutdated(column=column)
        if counts.get("changed_orders", 0) and changed is None:
            raise ImportDecisionNeeded(changed_orders=counts["changed_orders"])
        _keep_books(row)
        source, _ = Source.objects.get_or_create(code=row.source_code)
        row.batch = Batch.objects.create(
            source=source, file=row.file, kind=row.kind, is_history=row.is_history, mapping=row.mapping,
            lag_days=company().history_lag_days if row.is_history else 0, received_at=row.created_at,
        )  # fmt: skip
        row.changed = changed
        row.save(update_fields=["batch", "changed"])
        return start(row, "import_store", State.STORING, by, changed=changed)


def import_cancel(row: Import) -> None:
    """Stop a check, or stop storing; what was stored so far is taken back before the import rests.

    Also the way out where either has failed: a check leaves nothing, so it is over at once; a store is taken back.
    """
    with held(row, State.CHECKING, State.STORING):
        job = Job.objects.filter(pk=row.job_id or 0).first()
        if job is not None and job.state == Job.State.FAILED and row.state == State.STORING:
            jobs.take_back(job)
        elif job is not None:
            jobs.cancel(job)
        if job is None or job.state in (Job.State.CANCELLED, Job.State.FAILED):
            released(row)


def import_undo(row: Import, *, by: User | None = None) -> Job:
    """Take the whole import back; later imports keep what they brought. One that failed on its way goes on."""
    with held(row, State.STORED, State.UNDOING, refusal=ImportNotUndoable):
        if row.state == State.STORED:
            return start(row, "import_undo", State.UNDOING, by)
        job = Job.objects.filter(pk=row.job_id or 0, state=Job.State.FAILED).first()
        if job is None:
            raise ImportNotUndoable(state=row.state)
        return jobs.retry(job)


@transaction.atomic
def identical_lines_switch(*, once: bool, by: User | None = None) -> Job:
    """Count identical lines of one file once, or as often as they came. Reversible: only sums change."""
    if company().count_identical_lines_once != once:
        company_update(count_identical_lines_once=once)
    return jobs.enqueue("identical_lines", by=by, unique_key="identical_lines")
