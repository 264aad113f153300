"""A second factor: codes of an authenticator (RFC 6238) and recovery codes that work once.

The secret is sealed with a key of the workspace, so that a copied database alone makes no codes; recovery codes are
kept as Argon2 hashes. A time step is accepted once: a code that somebody looked at while it was typed is worthless.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

import pyotp
import segno
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from zhiji.kernel import clock
from zhiji.platform import audit
from zhiji.platform.errors import SecondFactorAbsent, SecondFactorPresent, SecondFactorUnreadable, SecondFactorWrong
from zhiji.platform.models import RecoveryCode, SecondFactor, User
from zhiji.platform.sealing import SealBroken, seal, unseal
from zhiji.platform.workspace import workspace

STEP_SECONDS = 30
# Clocks differ; one step to either side is what RFC 6238 recommends at most.
DRIFT_STEPS = 1
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_HALF = 8
ISSUER = "Zhiji"


@dataclass(frozen=True)
class Started:
    """What an authenticator is told: by hand, as a link, or as a picture (a ``data:`` address of an SVG)."""

    secret: str
    uri: str
    picture: str


def is_on(user: User) -> bool:
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).exists()


@transaction.atomic
def start(user: User) -> Started:
    """A fresh secret, which counts once a code of it was entered. Raises SecondFactorPresent where one counts."""
    if is_on(user):
        raise SecondFactorPresent()
    secret = pyotp.random_base32(32)
    SecondFactor.objects.filter(user=user).delete()
    SecondFactor.objects.create(user=user, sealed_secret=_sealed(user, secret))
    audit.record("second_factor_start", "user", user.pk)
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    return Started(secret, uri, segno.make(uri, error="m").svg_data_uri(scale=5, border=3, light="#fff"))


@transaction.atomic
def confirm(user: User, code: str) -> list[str]:
    """Turn it on with the first code; returns the recovery codes, shown this once."""
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None:
        raise SecondFactorAbsent()
    if factor.confirmed_at is not None:
        raise SecondFactorPresent()
    if not _right_step(factor, code):
        raise SecondFactorWrong(where={"field": "code"})
    SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=clock.now())
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(2 * _HALF)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, hint=code[:2], digest=make_password(code)) for code in codes
    )
    audit.record("second_factor_on", "user", user.pk)
    return [f"{code[:_HALF]}-{code[_HALF:]}" for code in codes]


def check(user: User, code: str) -> None:
    """Accept a code of the authenticator or a recovery code, once. Raises SecondFactorWrong."""
    factor = SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).first()
    if factor is None:
        raise SecondFactorAbsent()
    if not (_right_step(factor, code) or _recovered(user, code)):
        raise SecondFactorWrong(where={"field": "code"})


@transaction.atomic
def remove(user: User, how: str) -> None:
    """Off, with all recovery codes. ``how``: what the trail calls it."""
    factors, _ = SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    if factors:
        audit.record(how, "user", user.pk)


def _right_step(factor: SecondFactor, code: str) -> bool:
    """Whether it is the code of a step that was not used yet; it is used from then on."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return False
    totp = pyotp.TOTP(_opened(factor))
    now = int(clock.now().timestamp()) // STEP_SECONDS
    for step in range(max(now - DRIFT_STEPS, 0), now + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step), digits):
            # Of two who send the same code at once, one wins.
            return SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step) == 1
    return False


def _recovered(user: User, code: str) -> bool:
    plain = "".join(char for char in code.upper() if char in _ALPHABET)
    if len(plain) != 2 * _HALF:
        return False
    for kept in RecoveryCode.objects.filter(user=user, hint=plain[:2], used_at=None):
        if check_password(plain, kept.digest):
            won = RecoveryCode.objects.filter(pk=kept.pk, used_at=None).update(used_at=clock.now()) == 1
            if won:
                audit.record("recovery_code_use", "user", user.pk)
            return won
    return False


def _label(user_id: int) -> str:
    return f"second factor {user_id}"


def _sealed(user: User, secret: str) -> bytes:
    return seal(workspace().factor_key, secret.encode(), _label(user.pk))


def _opened(factor: SecondFactor) -> str:
    try:
        return unseal(workspace().factor_key, factor.sealed_secret, _label(factor.user_id)).decode()
    except SealBroken as error:
        raise SecondFactorUnreadable() from error
