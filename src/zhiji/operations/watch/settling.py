"""Where a file of the watched folder ends up, and the text beside it that says what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from zhiji.application.imports.queries import Import
from zhiji.kernel import Language, Reason, clock, place, render
from zhiji.platform.company import company, zone
from zhiji.platform.durable import sync_folder, write_atomically
from zhiji.platform.workspace import workspace

DONE, REFUSED, WAITING = "done", "refused", "waiting"


def settle(path: Path, where: str, reasons: list[Reason], *, name: str = "") -> Path:
    """Move a file to ``where``; its new place. name: what it is called from now on, by default as before.

    First the text, then the move: whoever finds the file in its new place finds the text too.
    """
    target = _free(workspace().watched / where, name or path.name)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(target.with_name(f"{target.name}.txt"), _text(name or path.name, reasons).encode())
    path.rename(target)
    sync_folder(target.parent)
    return target


def stored(row: Import) -> list[Reason]:
    """What came of an import: its account first, then what it found."""
    counts = row.report["counts"]
    told: dict[str, Any] = {name: counts[name] for name in ("received", "stored", "redelivered", "rejected")}
    found = [Reason.from_json(finding) for finding in row.report["findings"]]
    first = [] if row.report["adds_up"] else [Reason("inbox_does_not_add_up", told)]
    rejected = (
        [Reason("inbox_quarantine", {"number": row.pk, "rejected": told["rejected"]})] if told["rejected"] else []
    )
    return [Reason("inbox_stored", {"number": row.pk, **told}), *first, *rejected, *found]


def _free(folder: Path, name: str) -> Path:
    """A place that holds neither a file nor a text of that name."""
    stem, suffix = Path(name).stem, Path(name).suffix
    stamp = f"{clock.now():%Y%m%dT%H%M%S}"
    names = [name, f"{stem}-{stamp}{suffix}", *(f"{stem}-{stamp}-{n}{suffix}" for n in range(2, 1000))]
    return next(folder / one for one in names if not (folder / one).exists())


def _text(name: str, reasons: list[Reason]) -> str:
    """In the company's language, each reason with why and remedy where it has one."""
    language = cast(Language, company().language)
    at = f"{clock.now().astimezone(zone()):%Y-%m-%d %H:%M}"
    told = []
    for reason in reasons:
        words = render(reason, language)
        lines = (words.what, place(reason, language), words.why, words.remedy)
        told.append("\n".join(line for line in lines if line))
    return f"{name}\n{at}\n\n" + "\n\n".join(told) + "\n"
