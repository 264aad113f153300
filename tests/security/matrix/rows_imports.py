"""An import that was matched: it belongs to nobody, so only a permission that reaches everything sees it."""

from __future__ import annotations

from security.matrix.oracle import Row
from security.matrix.world import World, rows
from zhiji.application.imports.models import Import
from zhiji.data.landing.models import LandedFile
from zhiji.kernel import clock


@rows("import")
def _imports(_: World) -> list[Row]:
    file = LandedFile.objects.create(sha256="0" * 64, name="matrix.csv", size=1, received_at=clock.now())
    profile = {"name": "matrix.csv", "format": "csv", "columns": ["a"], "sample": [], "row_count": 1, "size_bytes": 1}
    made = Import.objects.create(
        file=file, name="matrix.csv", kind="orders", source_code="default", currency="CNY", profile=profile,
        mapping={"kind": "orders", "columns": ["a"], "fields": {}, "extras": [0],
                 "missing": ["ordered_at"], "corrects": {}},
    )  # fmt: skip
    return [Row(made.pk, None, None, has_team=False)]
