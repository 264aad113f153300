"""What every command stands on: words in two languages, a late start of the framework, results and refusals.

A command lives in a module of this folder that has ``register(app: typer.Typer) -> None``; nobody edits a list. Such a
module imports only the standard library, typer and this frame at its top, so that ``zhiji --help`` stays quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from zhiji.platform.environment import setting

if TYPE_CHECKING:
    from zhiji.kernel import Language

# Help text in the reader's language → (English, Chinese); ``zhiji docs cli`` prints both.
PAIRS: dict[str, tuple[str, str]] = {}


def language() -> Language:
    """``zh`` or ``en``: by ZHIJI_LANGUAGE, else by the locale."""
    wanted = setting("ZHIJI_LANGUAGE")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        wanted = wanted or os.environ.get(name, "")
    return "zh" if wanted.lower().startswith("zh") else "en"


def both(en: str, zh: str) -> str:
    """A text of the command line in the reader's language."""
    shown = zh if language() == "zh" else en
    if PAIRS.setdefault(shown, (en, zh)) != (en, zh):
        raise ValueError(f"one text, two translations: {shown!r}")
    return shown


def words(code: str, **params: Any) -> str:
    """A sentence of ``messages.*.toml`` in the reader's language."""
    from zhiji.kernel import Reason, render

    return render(Reason(code, params), language()).what


def start() -> None:
    """Load settings and the framework; commands call it first, ``--help`` never does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiji.config.settings")
    import django

    django.setup()


def show(result: dict[str, Any] | list[Any], as_json: bool, text: Callable[[], str]) -> None:
    """Print a result: for programs as one JSON document, for people as text."""
    if as_json:
        import json

        print(json.dumps(result, ensure_ascii=False, default=str))
    else:
        print(text())


def run(job: Any) -> Any:
    """Run a job to its end in this process and return it; a refusal is raised as if it had happened here."""
    from zhiji.cli.errors import JobNotDone, JobRefused
    from zhiji.kernel import Reason
    from zhiji.platform import jobs

    # A command that was killed a moment ago may still hold it.
    jobs.release_dead()
    job = jobs.run_inline(job)
    if job.state == "done":
        return job
    if job.reason:
        raise JobRefused(Reason.from_json(job.reason))
    raise JobNotDone(kind=job.kind, state=job.state)


def base_url() -> str:
    """The address under which people reach this server, as far as the settings say."""
    hosts = [host.strip() for host in setting("ZHIJI_HOSTS").split(",") if host.strip()]
    if hosts and setting("ZHIJI_PROXY"):
        return f"https://{hosts[0]}"
    scheme = "https" if setting("ZHIJI_TLS_CERTIFICATE") else "http"
    host = hosts[0] if hosts else setting("ZHIJI_BIND")
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{setting('ZHIJI_PORT')}"


def refuse(error: Exception) -> NoReturn:
    """Say what went wrong on stderr, with its code, and end with status 1."""
    from zhiji.kernel import CodedError, Reason
    from zhiji.platform.disk import fullness

    if isinstance(error, CodedError):
        reason = error.reason
    elif full := fullness(error):
        reason = full.reason
    elif type(error).__module__.startswith("django.db") and type(error).__name__ == "OperationalError":
        reason = Reason("database_unusable", {"detail": str(error)[:300]})
    else:
        import traceback

        traceback.print_exception(error)
        reason = Reason("command_broke", {"detail": f"{type(error).__name__}: {error}"[:300]})
    _print_refusal(reason)
    sys.exit(1)


def _print_refusal(reason: Any) -> None:
    from zhiji.kernel import place, render

    text = render(reason, language())
    if "--json" in sys.argv:
        import json

        told = {**reason.to_json(), "what": text.what, "why": text.why, "remedy": text.remedy}
        print(json.dumps(told, ensure_ascii=False, default=str), file=sys.stderr)
        return
    lines = [f"{reason.code}: {text.what}", place(reason, language()), text.why, text.remedy]
    print("\n".join(line for line in lines if line), file=sys.stderr)
