"""Routes of accounts, by what they are about."""

from ninja import Router

from zhiji.application.accounts.api import factor, links, mail, people, session, setup, tokens

PREFIX = "/accounts"
router = Router(tags=["accounts"])
for part in (setup, session, factor, links, mail, people, tokens):
    router.add_router("", part.router)

__all__ = ["PREFIX", "router"]
