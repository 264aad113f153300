"""Refusals of accounts; those about links, passwords and sign-in are the platform's."""

from __future__ import annotations

from zhiji.kernel import CodedError


class SetupAlreadyDone(CodedError):  # noqa: N818 - a name of the field
    code = "setup_already_done"
    status = 409


class WorkspaceFixed(CodedError):  # noqa: N818
    code = "workspace_fixed"
    status = 409


class WorkspaceNotPrepared(CodedError):  # noqa: N818
    code = "workspace_not_prepared"
    status = 503


class PasswordWrong(CodedError):  # noqa: N818
    code = "password_wrong"
    status = 403


class SessionNeeded(CodedError):  # noqa: N818
    code = "session_needed"
    status = 403


class TeamInUse(CodedError):  # noqa: N818
    code = "team_in_use"
    status = 409


class TeamNameTaken(CodedError):  # noqa: N818
    code = "team_name_taken"
    status = 409


class TeamUnderItself(CodedError):  # noqa: N818
    code = "team_under_itself"
    status = 422


class TokenScopeTooWide(CodedError):  # noqa: N818
    code = "token_scope_too_wide"
    status = 403
