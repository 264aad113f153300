"""``zhiji user``: accounts from the command line, for the person who runs the server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both
from zhiji.cli.options import Json

if TYPE_CHECKING:
    from zhiji.platform.models import User

Email = Annotated[str, typer.Argument(help=both("E-mail address.", "邮箱地址。"))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help=both("Accounts and links to open them.", "账户及其开通链接。"), no_args_is_help=True)
    group.command("create", help=both("Create a user.", "新建用户。"))(user_create)
    group.command("list", help=both("List the users.", "列出用户。"))(user_list)
    reset_help = both("Print a link that sets a new password.", "打印设置新密码的链接。")
    group.command("reset-link", help=reset_help)(user_reset_link)
    group.command("setup-link", help=both("Print a new set-up link.", "重新打印初始设置链接。"))(setup_link)
    group.command("deactivate", help=both("Deactivate a user.", "停用用户。"))(user_deactivate)
    factor_help = both("Turn off a user's second factor.", "关闭某用户的两步验证。")
    group.command("reset-second-factor", help=factor_help)(user_reset_second_factor)
    app.add_typer(group, name="user")


def _find(email: str) -> User:
    from zhiji.cli.errors import UserUnknown
    from zhiji.platform.models import User

    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise UserUnknown(email=email)
    return user


def _told(user: User) -> dict[str, Any]:
    return {
        "id": user.pk, "email": user.email, "name": user.name, "roles": sorted(user.roles), "active": user.is_active
    }  # fmt: skip


def _start() -> None:
    """A workspace that nobody has opened yet is made first: its users may be the first thing that it is given."""
    frame.start()
    from zhiji.config import schema

    schema.prepare()


def user_create(
    email: Email,
    role: Annotated[
        list[str],
        typer.Option(help=both("administrator, manager, analyst or agent; may be repeated.",
                               "administrator、manager、analyst 或 agent；可重复。")),
    ],
    name: Annotated[str, typer.Option(help=both("The person's name.", "姓名。"))] = "",
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help=both("Read the password from standard input.", "从标准输入读取密码。")),
    ] = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Create a user; without a password, print the link with which the person sets one."""
    _start()
    from django.db import transaction

    from zhiji.application.accounts import services
    from zhiji.platform import accounts
    from zhiji.platform.errors import InputInvalid
    from zhiji.platform.models.accounts import Role

    unknown = sorted(set(role) - set(Role.values))
    if unknown:
        raise InputInvalid(field="--role", problem=", ".join(unknown), where={"field": "--role"})
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with transaction.atomic():
        user = accounts.user_create(email=email, password=password, roles=role, name=name, language=frame.language())
        link = "" if password else _reset_url(services.password_reset_link_create(by=None, user=user))
    frame.show({**_told(user), "link": link}, json, f"{user.email}\n{link}".strip)


def _reset_url(secret: str) -> str:
    return f"{frame.base_url()}/reset#token={secret}"


def user_list(json: Json = False) -> None:
    frame.start()
    from zhiji.platform.models import User

    rows = [_told(user) for user in User.objects.prefetch_related("role_grants").order_by("pk")]

    def text() -> str:
        return "\n".join(
            f"{row['id']:>5}  {row['email']:<40} {','.join(row['roles']):<30} {row['name']}"
            + ("" if row["active"] else both("  (inactive)", "  （已停用）"))
            for row in rows
        )

    frame.show(rows, json, text)


def user_reset_link(email: Email, json: Json = False) -> None:
    frame.start()
    from zhiji.application.accounts import services

    link = _reset_url(services.password_reset_link_create(by=None, user=_find(email)))
    frame.show({"link": link}, json, lambda: link)


def user_reset_second_factor(email: Email, json: Json = False) -> None:
    """For who lost phone and recovery codes, above all the only administrator."""
    frame.start()
    from zhiji.application.accounts import services

    user = _find(email)
    services.second_factor_reset(by=None, user=user)
    frame.show(_told(user), json, lambda: user.email)


def setup_link(json: Json = False) -> None:
    _start()
    from zhiji.application.accounts import services

    link = f"{frame.base_url()}/setup#token={services.setup_link_create()}"
    frame.show({"link": link}, json, lambda: link)


def user_deactivate(email: Email, json: Json = False) -> None:
    frame.start()
    from zhiji.platform import accounts

    user = accounts.user_update(_find(email), is_active=False)
    frame.show(_told(user), json, lambda: user.email)
