"""``zhiji serve``: everything on one machine, with one command."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import time
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

from zhiji.cli.frame import both
from zhiji.platform.environment import setting

START_SECONDS = 60


def register(app: typer.Typer) -> None:
    app.command("serve", help=both("Start Zhiji and print its address.", "启动知己并打印访问地址。"))(serve)


def serve(
    bind: Annotated[str, typer.Option(envvar="ZHIJI_BIND", help=both("Address to listen on.", "监听地址。"))] = (
        "127.0.0.1"
    ),
    port: Annotated[
        int, typer.Option(envvar="ZHIJI_PORT", min=0, max=65535,
                          help=both("Port to listen on; 0 takes a free one.", "监听端口；0 表示任选空闲端口。"))
    ] = 8765,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help=both("Do not open a browser.", "不打开浏览器。"))
    ] = False,
) -> None:  # fmt: skip
    """Prepare the workspace, start web and worker, print the address and, at first, the one-use set-up link."""
    from zhiji.cli.supervisor import NotPreparedError, Supervisor

    check_exposure(bind)
    port = free_port(bind, port)
    os.environ["ZHIJI_BIND"], os.environ["ZHIJI_PORT"] = bind, str(port)
    opened: list[str] = []

    def told(prepared: dict[str, Any]) -> None:
        _wait_until_up(bind, port)
        link = _announce(prepared)
        if not no_browser and not opened and _has_display():
            opened.append(link)
            webbrowser.open(link)

    try:
        Supervisor(bind, port, told).run()
    except NotPreparedError:
        sys.exit(1)


def _is_loopback(bind: str) -> bool:
    try:
        return ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return bind == "localhost"


def check_exposure(bind: str) -> None:
    """Beyond loopback only with the names served and TLS, by a proxy or by ourselves."""
    from zhiji.cli.errors import BindRefused, TlsIncomplete

    pair = {name: setting(name) for name in ("ZHIJI_TLS_CERTIFICATE", "ZHIJI_TLS_KEY")}
    if any(pair.values()):
        for name, path in pair.items():
            if not path or not os.access(Path(path), os.R_OK):
                raise TlsIncomplete(name=name)
    if not _is_loopback(bind) and not (setting("ZHIJI_HOSTS") and (setting("ZHIJI_PROXY") or all(pair.values()))):
        raise BindRefused(host=bind)


def free_port(bind: str, port: int) -> int:
    """The port, or a free one for 0. Errors: PortTaken."""
    from zhiji.cli.errors import PortTaken

    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            raise PortTaken(host=bind, port=port, where={"port": port}) from error
        chosen: int = probe.getsockname()[1]
        return chosen


def _wait_until_up(bind: str, port: int) -> None:
    from zhiji.cli.errors import ServerNotReady

    deadline = time.monotonic() + START_SECONDS
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104 - a comparison
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((host, port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise ServerNotReady(seconds=START_SECONDS)


def _announce(prepared: dict[str, Any]) -> str:
    """Print the address, and the set-up link while nobody can sign in; returns what a browser should open."""
    from zhiji.cli.frame import base_url

    address = base_url()
    print(both(f"Zhiji is at {address} (workspace {prepared['workspace']})",
               f"知己已启动：{address}（工作区 {prepared['workspace']}）"), flush=True)  # fmt: skip
    token = prepared.get("setup_token")
    if not token:
        return address
    link = f"{address}/setup#token={token}"
    print(both(f"Set it up here, once, within 30 minutes: {link}",
               f"请在 30 分钟内打开此链接完成初始设置（仅可使用一次）：{link}"), flush=True)  # fmt: skip
    return link


def _has_display() -> bool:
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
