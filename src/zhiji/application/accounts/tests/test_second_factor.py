"""The second factor: the codes of RFC 6238, each good once; recovery; lock-out; and who may turn it off."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from zhiji.kernel import clock
from zhiji.platform import accounts, second_factor
from zhiji.platform.errors import SecondFactorUnreadable, SecondFactorWrong
from zhiji.platform.models import AuditEntry, RecoveryCode, SecondFactor, User

pytestmark = pytest.mark.django_db
PASSWORD = "four-unrelated-words-here"
# RFC 6238, appendix B, SHA-1; the last six of its eight digits.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
]  # fmt: skip


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the time that codes are made for."""
    return lambda seconds: monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(seconds, UTC))


@pytest.fixture
def user() -> User:
    return accounts.user_create(email="b@acme.test", password=PASSWORD, roles=["agent"])


def turned_on(user: User, at: Callable[[int], None]) -> list[str]:
    """With the RFC's secret, turned on long before its moments; the recovery codes."""
    at(0)
    second_factor.start(user)
    SecondFactor.objects.filter(user=user).update(sealed_secret=second_factor._sealed(user, SECRET))
    at(29)
    return second_factor.confirm(user, "755224")  # RFC 4226, appendix D, count 0


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"/api/v1/accounts{path}", body, content_type="application/json")


def sign_in(code: str = "", client: Client | None = None) -> Any:
    return post(client or Client(), "/sign-in", email="b@acme.test", password=PASSWORD, code=code)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_rfc_6238(user: User, at: Callable[[int], None], seconds: int, code: str) -> None:
    turned_on(user, at)
    at(seconds)
    second_factor.check(user, f"{code[:3]} {code[3:]}")


def test_a_code_works_once_and_for_three_steps_at_most(user: User, at: Callable[[int], None]) -> None:
    turned_on(user, at)
    at(59 + 30)
    second_factor.check(user, "287082")
    for seconds in (59, 59 + 30, 59 + 300):
        at(seconds)
        with pytest.raises(SecondFactorWrong):
            second_factor.check(user, "287082")
    at(1111111111)
    second_factor.check(user, "050471")
    # The step before it was never used, and still no code of it is taken any more.
    with pytest.raises(SecondFactorWrong):
        second_factor.check(user, "081804")


def test_signing_in_takes_password_and_code(user: User, at: Callable[[int], None]) -> None:
    assert sign_in().status_code == 200
    turned_on(user, at)
    at(59)
    asked = sign_in()
    assert (asked.status_code, asked.json()["code"]) == (401, "second_factor_needed")
    assert "zhiji" not in asked.cookies, "no session before the code"
    wrong = post(Client(), "/sign-in", email="b@acme.test", password="not-the-password", code="287082")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "sign_in_refused")
    assert SecondFactor.objects.get(user=user).last_step == 0, "without the password no code is spent"
    client = Client()
    assert sign_in("287082", client).json()["second_factor"] is True
    assert client.get("/api/v1/accounts/me").status_code == 200
    assert sign_in("287082").json()["code"] == "second_factor_wrong"


def test_wrong_codes_rest_the_account(user: User, at: Callable[[int], None]) -> None:
    turned_on(user, at)
    at(59)
    codes = [sign_in(f"{number:06}").json()["code"] for number in range(8)]
    assert set(codes[:7]) == {"second_factor_wrong"}
    right = sign_in("287082")
    assert (right.status_code, right.json()["code"]) == (429, "sign_in_locked")


def test_a_recovery_code_works_once(user: User, at: Callable[[int], None]) -> None:
    codes = turned_on(user, at)
    assert len(set(codes)) == 10
    kept = list(RecoveryCode.objects.values_list("digest", flat=True))
    assert all(digest.startswith("argon2") for digest in kept)
    assert sign_in(codes[3].lower()).status_code == 200
    assert sign_in(codes[3]).json()["code"] == "second_factor_wrong"
    assert sign_in(codes[4].replace("-", " ")).status_code == 200
    assert AuditEntry.objects.filter(action="recovery_code_use").count() == 2


def test_set_up_needs_the_password_and_counts_after_the_first_code(user: User, at: Callable[[int], None]) -> None:
    client = Client()
    assert sign_in(client=client).status_code == 200
    refused = post(client, "/me/second-factor", password="not-the-password")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_wrong")
    assert not SecondFactor.objects.exists()
    started = post(client, "/me/second-factor", password=PASSWORD).json()
    assert started["uri"].startswith("otpauth://totp/Zhiji:b%40acme.test?secret=" + started["secret"])
    assert started["picture"].startswith("data:image/svg+xml")
    assert started["secret"].encode() not in bytes(SecondFactor.objects.get().sealed_secret)
    assert sign_in().status_code == 200, "not on yet"
    assert post(client, "/me/second-factor/confirm", code="12345x").json()["code"] == "second_factor_wrong"
    code = second_factor.pyotp.TOTP(started["secret"]).at(clock.now())
    assert len(post(client, "/me/second-factor/confirm", code=code).json()["codes"]) == 10
    assert sign_in().json()["code"] == "second_factor_needed"
    assert post(client, "/me/second-factor", password=PASSWORD).json()["code"] == "second_factor_present"


def test_turning_it_off_takes_password_and_code(user: User, at: Callable[[int], None]) -> None:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    codes = turned_on(user, at)
    for password, code, due in (("not-it", codes[0], "password_wrong"), (PASSWORD, "000000", "second_factor_wrong")):
        refused = post(client, "/me/second-factor/remove", password=password, code=code)
        assert (refused.status_code, refused.json()["code"]) == (403, due)
        assert second_factor.is_on(user)
    assert post(client, "/me/second-factor/remove", password=PASSWORD, code=codes[0]).status_code == 204
    assert not RecoveryCode.objects.exists()
    assert sign_in().status_code == 200


def test_an_administrator_resets_it_and_the_trail_says_so(user: User, at: Callable[[int], None]) -> None:
    turned_on(user, at)
    admin = accounts.user_create(email="a@acme.test", password=None, roles=["administrator"])
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/api/v1/accounts/users/{user.pk}"
    assert client.get(path).json()["second_factor"] is True
    assert client.post(f"{path}/second-factor/reset").status_code == 204
    assert client.get(path).json()["second_factor"] is False
    entry = AuditEntry.objects.get(action="second_factor_reset")
    assert (entry.actor_id, entry.object_id) == (admin.pk, str(user.pk))
    assert sign_in().status_code == 200


def test_a_secret_of_another_user_or_key_is_not_read(user: User, at: Callable[[int], None]) -> None:
    turned_on(user, at)
    other = accounts.user_create(email="c@acme.test", password=PASSWORD, roles=["agent"])
    SecondFactor.objects.create(
        user=other, sealed_secret=bytes(SecondFactor.objects.get(user=user).sealed_secret), confirmed_at=clock.now()
    )
    with pytest.raises(SecondFactorUnreadable):
        second_factor.check(other, "287082")


def test_refusals_have_words_in_both_languages(user: User, at: Callable[[int], None]) -> None:
    turned_on(user, at)
    said = [
        json.loads(Client(headers={"Accept-Language": language}).post(
            "/api/v1/accounts/sign-in", {"email": "b@acme.test", "password": PASSWORD}, content_type="application/json"
        ).content)["what"]
        for language in ("zh-CN", "en-GB")
    ]  # fmt: skip
    assert said == ["请输入身份验证器中的验证码。", "Enter the code of your authenticator."]
