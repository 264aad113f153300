"""Links that work once, tokens, passwords, and the last administrator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from zhiji.kernel import clock
from zhiji.platform import accounts
from zhiji.platform.errors import (
    EmailTaken,
    LastAdministrator,
    LinkInvalid,
    PasswordLikeUser,
    PasswordTooCommon,
    PasswordTooShort,
)
from zhiji.platform.models import ApiToken, OneUseLink, RoleGrant, User
from zhiji.platform.permissions import Reach, reach

Purpose = OneUseLink.Purpose


@pytest.fixture
def admin(db: None) -> User:
    return accounts.user_create(email="A@Acme.test", password=None, roles=["administrator"])


@pytest.mark.django_db
def test_a_link_works_once_and_only_for_its_purpose(admin: User) -> None:
    secret = accounts.link_create(Purpose.INVITATION, email="b@acme.test", by=admin)
    assert len(secret) >= 43, "256 bits"
    assert not OneUseLink.objects.filter(digest__contains=secret).exists()
    with pytest.raises(LinkInvalid):
        accounts.link_use(secret, Purpose.SETUP)
    assert accounts.link_use(secret, Purpose.INVITATION).email == "b@acme.test"
    with pytest.raises(LinkInvalid):
        accounts.link_use(secret, Purpose.INVITATION)


@pytest.mark.django_db
def test_an_expired_link_is_refused(admin: User) -> None:
    secret = accounts.link_create(Purpose.SETUP)
    OneUseLink.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(LinkInvalid):
        accounts.link_use(secret, Purpose.SETUP)


@pytest.mark.django_db
def test_a_new_link_ends_the_one_before(admin: User) -> None:
    first = accounts.link_create(Purpose.PASSWORD_RESET, email="a@acme.test")
    second = accounts.link_create(Purpose.PASSWORD_RESET, email="a@acme.test")
    with pytest.raises(LinkInvalid):
        accounts.link_use(first, Purpose.PASSWORD_RESET)
    assert accounts.link_use(second, Purpose.PASSWORD_RESET)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_race_for_a_link_one_wins() -> None:
    secret = accounts.link_create(Purpose.SETUP)

    def take(_: int) -> bool:
        try:
            accounts.link_use(secret, Purpose.SETUP)
        except LinkInvalid:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1


@pytest.mark.django_db
def test_a_token_is_stored_as_a_digest_and_ends(admin: User) -> None:
    token, secret = accounts.token_create(admin, name="t", scopes=["customer:read"], days=1)
    assert secret not in str(ApiToken.objects.values().get())
    user = accounts.token_user(secret)
    assert user is not None
    assert reach(user, "customer", "read") == Reach.ALL
    assert reach(user, "customer", "write") == Reach.NONE
    ApiToken.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert accounts.token_user(secret) is None
    ApiToken.objects.update(expires_at=clock.now() + timedelta(days=1))
    accounts.token_revoke(token)
    assert accounts.token_user(secret) is None
    assert accounts.token_user(secret[:-1]) is None


@pytest.mark.django_db
def test_a_token_of_a_deactivated_user_ends(admin: User) -> None:
    other = accounts.user_create(email="b@acme.test", password=None, roles=["manager"])
    _, secret = accounts.token_create(other, name="t", scopes=["customer:read"], days=1)
    accounts.user_update(other, is_active=False)
    assert accounts.token_user(secret) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("short", PasswordTooShort),
        ("12345678910111213", PasswordTooCommon),
        ("christopherrobin", PasswordLikeUser),
    ],
)
def test_weak_passwords_are_refused_with_their_own_reason(password: str, refusal: type[Exception]) -> None:
    if refusal is PasswordTooCommon:
        from django.contrib.auth.password_validation import CommonPasswordValidator

        password = next(word for word in sorted(CommonPasswordValidator().passwords) if len(word) >= 12)
    with pytest.raises(refusal):
        accounts.user_create(email="c@acme.test", name="Christopher Robin", password=password, roles=["agent"])
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_last_administrator_stays(admin: User) -> None:
    for change in ({"roles": ["agent"]}, {"is_active": False}):
        with pytest.raises(LastAdministrator):
            accounts.user_update(User.objects.get(pk=admin.pk), **change)  # type: ignore[arg-type]
    assert RoleGrant.objects.filter(user=admin, role="administrator", user__is_active=True).exists()
    accounts.user_create(email="b@acme.test", password=None, roles=["administrator"])
    accounts.user_update(admin, roles=["agent"])
    assert admin.roles == {"agent"}


@pytest.mark.django_db
def test_case_makes_no_second_account(admin: User) -> None:
    with pytest.raises(EmailTaken):
        accounts.user_create(email=" a@ACME.test ", password=None, roles=["agent"])
