"""Two imports at once: the second waits for the first one's transaction instead of making what that one makes."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from importing import check, orders
from zhiji.application.imports import services
from zhiji.data.store import bulk
from zhiji.data.store.models import Customer, Identity, Order
from zhiji.platform import jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_two_files_that_bring_the_same_new_customers_are_both_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [
        check(orders(*(f"{order}{n},2025-01-03,C{n},tea,1,30" for n in range(50))), name=f"{order}.csv")
        for order in "AB"
    ]
    both = threading.Barrier(2)
    once, asked = threading.Event(), bulk.look_up

    def together(sql: str, parameters: object) -> object:
        """The first two that ask which customers there are do so before either has gone on, if nothing stops them."""
        found = asked(sql, parameters)  # type: ignore[arg-type]
        if "FROM store_identity WHERE source_id" in sql and not once.is_set():
            try:
                both.wait(timeout=1.5)
            except threading.BrokenBarrierError:
                once.set()
        return found

    monkeypatch.setattr(bulk, "look_up", together)
    states: list[str] = []

    def run(job_id: int) -> None:
        states.append(jobs.run_inline(jobs.Job.objects.get(pk=job_id)).state)
        connection.close()

    started = [services.import_confirm(row).pk for row in files]
    threads = [threading.Thread(target=run, args=(pk,)) for pk in started]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == ["done", "done"]
    assert (Order.objects.count(), Identity.objects.count(), Customer.objects.count()) == (100, 50, 50)


@pytest.mark.postgres
def test_waiting_for_one_s_turn_is_longer_than_waiting_for_a_row() -> None:
    def timeout() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    usual, asked, waited = timeout(), bulk.execute, []

    def execute(sql: str, parameters: list[object]) -> object:
        if "advisory" in sql:
            waited.append(timeout())
        return asked(sql, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "execute", execute)
        with bulk.turn():
            within = timeout()
    assert (waited, within, usual) == (["75s"], usual, "30s")
