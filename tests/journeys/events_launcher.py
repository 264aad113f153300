"""Runs as a process of its own: loads the program once, then forks a child for each order on its input.

``web`` serves the application on a port, ``consumer`` brings events into the record, each until it is killed: from
outside, or by itself at a point: ``statement`` (as its Nth SQL statement is about to run), ``commit`` (as its Nth
commit is about to happen), ``committed`` (just after it, before anybody is told). The other orders are short and
answer.

Beside ``launcher.py`` because these children live side by side and in several threads. Nothing of this is in the
product: the points are put around what the framework and the product already do.
"""

from __future__ import annotations

import json
import os
import signal
import socketserver
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from zhiji.cli import frame

frame.start()

from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402

from zhiji.application.events import consuming, services  # noqa: E402
from zhiji.config import schema, wsgi  # noqa: E402
from zhiji.data.landing import inbox  # noqa: E402
from zhiji.platform import accounts, audit  # noqa: E402

assert consuming


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *told: object) -> None:
        pass

    def address_string(self) -> str:
        return "127.0.0.1"


def die_at(point: str, number: int) -> None:
    """As by a power cut of this process. Counted over all of its threads."""
    lock, seen = threading.Lock(), [0]

    def step() -> None:
        with lock:
            seen[0] += 1
            if seen[0] == number:
                os.kill(os.getpid(), signal.SIGKILL)

    if point == "statement":

        def wrapped(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            step()
            return execute(sql, params, many, context)

        connection_created.connect(lambda connection, **_: connection.execute_wrappers.append(wrapped), weak=False)
        return
    commit = BaseDatabaseWrapper.commit

    def counted(self: Any) -> None:
        if point == "commit":
            step()
        commit(self)
        if point == "committed":
            step()

    BaseDatabaseWrapper.commit = counted


def planted_bug() -> None:
    """The control: events are acknowledged before they are committed, a moment later in another thread."""
    store = inbox.store_events

    def told_first(events: Any) -> list[str]:
        threading.Timer(0.05, store, [events]).start()
        return [inbox.ACCEPTED] * len(events)

    inbox.inbox._store = told_first


def web(order: dict[str, Any]) -> None:
    if order.get("bug"):
        planted_bug()
    with bound(order["port"]) as server:
        server.set_app(wsgi.application)
        server.serve_forever()


def bound(port: int) -> Server:
    """A process that was killed holds its port until the last of its threads is gone."""
    until = time.monotonic() + 20
    while True:
        try:
            return Server(("127.0.0.1", port), Handler)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def consumer(order: dict[str, Any]) -> None:
    services.consume(threading.Event())


def prepare(order: dict[str, Any]) -> dict[str, Any]:
    schema.prepare()
    user = accounts.user_create(email="drill@example.com", password=None, roles=["administrator"])
    return {"secret": accounts.token_create(user, name="drill", scopes=["event:write"], days=1)[1]}


def waiting(order: dict[str, Any]) -> dict[str, Any]:
    from zhiji.data.landing.models import InboxEvent

    return {"waiting": InboxEvent.objects.filter(state="waiting").count()}


def tell(order: dict[str, Any]) -> dict[str, Any]:
    """What is in the inbox and in the record, and whether the database and the trail are whole."""
    from django.db import connection

    from zhiji.data.landing.models import InboxEvent
    from zhiji.data.store import bulk
    from zhiji.data.store.models import CustomerListRow, Delivery, Interaction, Order, OrderLine, SourceRecord

    spend = CustomerListRow.objects.values_list("external_id", "orders", "spend_micros")
    whole = bulk.look_up("PRAGMA integrity_check", [])[0][0] if connection.vendor == "sqlite" else "ok"
    return {
        "inbox": dict(InboxEvent.objects.values_list("event_id", "state")),
        "orders": dict(Order.objects.values_list("number", "value_micros")),
        "lines": OrderLine.objects.filter(is_current=True).count(),
        "touches": Interaction.objects.count(),
        "customers": {one: [orders, micros] for one, orders, micros in spend},
        # Each record came once: a second effect would be a second version.
        "versions": SourceRecord.objects.filter(version__gt=1).exclude(kind="buyer").count(),
        "deliveries": Delivery.objects.count() - SourceRecord.objects.count(),
        "integrity": whole,
        "audit_broken_at": audit.first_broken(),
    }


DO = {"web": web, "consumer": consumer, "prepare": prepare, "waiting": waiting, "tell": tell}


def child(order: dict[str, Any], answer: Path) -> None:
    status = 0
    try:
        os.dup2(os.open(answer.with_suffix(".err"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
        if order.get("die"):
            die_at(*order["die"])
        answer.write_text(json.dumps(DO[order["do"]](order)), encoding="utf-8")
    except BaseException:  # noqa: BLE001 - told to the drill
        traceback.print_exc()
        status = 1
    os._exit(status)


def main() -> None:
    """Each answer is a line: of a child that lives on its process id, of a short one what it said."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for line in sys.stdin:
        order = json.loads(line)
        answer = Path(order["answer"])
        pid = os.fork()
        if pid == 0:
            child(order, answer)
        if order["do"] in ("web", "consumer"):
            threading.Thread(target=os.waitpid, args=(pid, 0), daemon=True).start()
            print(json.dumps({"pid": pid}), flush=True)
            continue
        _, status = os.waitpid(pid, 0)
        said = json.loads(answer.read_text("utf-8")) if status == 0 else None
        errors = answer.with_suffix(".err").read_text("utf-8") if answer.with_suffix(".err").exists() else ""
        print(json.dumps({"status": status, "said": said, "err": errors[-3000:]}), flush=True)


if __name__ == "__main__":
    main()
