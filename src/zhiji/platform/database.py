"""Where a workspace's record is: SQLite in its folder, or a schema of the PostgreSQL database that DATABASE_URL names.

The company's own workspace has the schema ``public``; any other, the sample company's above all, has a schema of its
own beside it, because a user who owns a database may make schemas in it, but often no second database.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from zhiji.platform.environment import setting
from zhiji.platform.workspace import MAIN, active_name

PUBLIC = "public"
_SEARCH_PATH = re.compile(r"-c\s*search_path=(\S+)")
_LONGEST_PLAIN = 40


def database_url(name: str = "") -> str:
    """``DATABASE_URL`` for a workspace (default: this process's), its schema named in it; empty for SQLite.

    A URL that names a ``search_path`` itself is taken as it is.
    """
    url = setting("DATABASE_URL")
    name = name or active_name()
    if not url or name == MAIN or _SEARCH_PATH.search(_options(url)):
        return url
    return in_schema(url, _schema_name(name))


def in_schema(url: str, schema: str) -> str:
    """A URL whose connections work in that schema, whatever workspace they are made for."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not _SEARCH_PATH.search(asked.get("options", "")):
        asked["options"] = f"{asked.get('options', '')} -c search_path={schema}".strip()
    # libpq reads %20 as a blank, and a plus as a plus.
    return _joined(parts._replace(query=urlencode(asked, quote_via=quote)))


def in_database(url: str, database: str) -> str:
    """The same server, user and options, another database."""
    return _joined(urlsplit(url)._replace(path=f"/{database}"))


def without_password(url: str) -> tuple[str, str]:
    """The URL as it may stand on a command line, where every user of the machine reads it; and the password."""
    parts = urlsplit(url)
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    where = parts.netloc.rpartition("@")[2]
    return _joined(parts._replace(netloc=f"{user}@{where}" if user else where)), unquote(password)


def _joined(parts: SplitResult) -> str:
    """Not ``urlunsplit``: where no host is named it drops the slashes that libpq wants."""
    return f"{parts.scheme}://{parts.netloc}{parts.path}{'?' if parts.query else ''}{parts.query}"


def schema_of(url: str) -> str:
    """The schema that a URL of ``database_url`` works in."""
    found = _SEARCH_PATH.search(_options(url))
    return found[1].split(",")[0].strip('"') if found else PUBLIC


def _options(url: str) -> str:
    return dict(parse_qsl(urlsplit(url).query)).get("options", "")


def _schema_name(workspace: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "_", workspace.lower())
    if plain != workspace or len(plain) > _LONGEST_PLAIN:
        plain = f"{plain[:_LONGEST_PLAIN]}_{hashlib.sha256(workspace.encode()).hexdigest()[:8]}"
    return f"zhiji_{plain}"
