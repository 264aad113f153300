"""Refusals of accounts; those about links, passwords and sign-in are the platform's."""

from __future__ import annotations

from zhiji.kernel import CodedError


class SetupAlreadyDone(CodedError):
    code = "setup_already_done"
    status = 409


class WorkspaceFixed(CodedError):
    code = "workspace_fixed"
    status = 409


class WorkspaceNotPrepared(CodedError):
    code = "workspace_not_prepared"
    status = 503


class PasswordWrong(CodedError):
    code = "password_wrong"
    status = 403


class SessionNeeded(CodedError):
    code = "session_needed"
    status = 403


class TeamInUse(CodedError):
    code = "team_in_use"
    status = 409


class TeamNameTaken(CodedError):
    code = "team_name_taken"
    status = 409


class TeamUnderItself(CodedError):
    code = "team_under_itself"
    status = 422


class TokenScopeTooWide(CodedError):
    code = "token_scope_too_wide"
    status = 403
