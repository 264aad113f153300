"""Taking over an administrator in another workspace."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import make_password

from zhiji.application.accounts import workspaces
from zhiji.platform import accounts
from zhiji.platform.errors import LinkInvalid
from zhiji.platform.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "four-unrelated-words-here"


def receive(password_hash: str, email: str = "a@acme.test") -> str | None:
    return workspaces.workspace_receive(email=email, name="A", language="zh", password_hash=password_hash)


def test_a_fresh_workspace_gets_the_same_administrator_and_a_ticket_that_works_once() -> None:
    ticket = receive(make_password(PASSWORD))
    assert ticket is not None
    user = User.objects.get()
    assert user.roles == {"administrator"}
    assert user.check_password(PASSWORD)
    assert workspaces.ticket_use(ticket=ticket) == user
    with pytest.raises(LinkInvalid):
        workspaces.ticket_use(ticket=ticket)


def test_where_others_live_nobody_is_let_in() -> None:
    accounts.user_create(email="boss@acme.test", password=None, roles=["administrator"])
    assert receive(make_password(PASSWORD)) is None
    assert User.objects.count() == 1


def test_the_same_address_with_another_password_gets_no_ticket() -> None:
    accounts.user_create(email="a@acme.test", password=PASSWORD, roles=["administrator"])
    assert receive(make_password(PASSWORD)) is None, "hashes of one password differ by their salt"
    assert receive(User.objects.get().password) is not None


def test_a_deactivated_user_gets_no_ticket() -> None:
    accounts.user_create(email="b@acme.test", password=None, roles=["administrator"])
    user = accounts.user_create(email="a@acme.test", password=PASSWORD, roles=["administrator"])
    accounts.user_update(user, is_active=False)
    assert receive(user.password) is None
