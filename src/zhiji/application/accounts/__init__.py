"""Who comes in and how: set-up, sign-in, invitations, password resets, users, teams, tokens, workspaces."""
