"""Who may come in: users, their teams and roles, tokens of programs, links that work once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    ANALYST = "analyst"
    AGENT = "agent"


class Team(models.Model):
    """A group of users; ``parent`` makes the hierarchy along which a manager sees."""

    scope_object: ClassVar[str] = "user"
    scope_owner: ClassVar[None] = None

    name = models.CharField(max_length=100, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in by e-mail. The address is stored lower-case, so case never defeats a sign-in."""

    scope_object: ClassVar[str] = "user"
    scope_owner: ClassVar[None] = None

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=100, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    language = models.CharField(max_length=2, default="en", choices=[("zh", "中文"), ("en", "English")])
    theme = models.CharField(max_length=6, default="system")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.email

    @property
    def roles(self) -> frozenset[str]:
        """Names of the user's roles; read once per instance, so a request asks the database once."""
        if not hasattr(self, "_roles"):
            self._roles = frozenset(self.role_grants.values_list("role", flat=True))
        return self._roles

    @property
    def is_staff(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: Any = None) -> bool:  # noqa: ARG002 - the framework's signature
        return False


class RoleGrant(models.Model):
    """Roles add up."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "role"], name="role_once_per_user"),)


class ApiToken(models.Model):
    """A program's key: only its SHA-256 is stored. ``scopes`` are ``object:action`` pairs, a subset of the user's."""

    scope_object: ClassVar[str] = "token"
    scope_owner: ClassVar[str] = "user"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class OneUseLink(models.Model):
    """Set-up, invitation, password reset, moving between workspaces: 256 bits, stored hashed, one use, short life."""

    scope_object: ClassVar[str] = "user"
    scope_owner: ClassVar[None] = None

    class Purpose(models.TextChoices):
        SETUP = "setup"
        INVITATION = "invitation"
        PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose, not a password
        MOVE = "move"

    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField(max_length=254, blank=True)
    params = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class SecondFactor(models.Model):
    """A user's authenticator. ``last_step``: the newest time step of which a code was accepted; none before it is."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    sealed_secret = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=-1)


class RecoveryCode(models.Model):
    """Works once instead of the authenticator. ``hint``: its first two characters, so that not all hashes are tried."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    hint = models.CharField(max_length=2)
    digest = models.CharField(max_length=128)
    used_at = models.DateTimeField(null=True, blank=True)
