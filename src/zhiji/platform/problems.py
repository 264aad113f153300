"""The one shape in which the API refuses: code, words for the reader, place, remedy, reference."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from zhiji.kernel import CodedError, Language, Reason, render


def language_of(request: HttpRequest) -> Language:
    """The reader's language: the user's own, else the page's choice, else what the browser prefers."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return "zh" if user.language == "zh" else "en"
    wanted = request.headers.get("Accept-Language", "")
    return "zh" if wanted.lower().startswith("zh") else "en"


def _in_words(value: Any, language: Language) -> Any:
    """A parameter may be a reason itself, so that a part of a sentence has words in both languages too."""
    return render(Reason.from_json(value), language).what if isinstance(value, dict) and "code" in value else value


def problem(reason: Reason, language: Language, reference: str) -> dict[str, Any]:
    params = {key: _in_words(value, language) for key, value in reason.params.items()}
    text = render(Reason(reason.code, {"reference": reference, **params}, reason.where), language)
    return {
        "code": reason.code,
        "what": text.what,
        "why": text.why,
        "remedy": text.remedy,
        "where": {key: str(value) for key, value in reason.where.items()},
        "reference": reference,
    }


def answer(request: HttpRequest, error: CodedError) -> HttpResponse:
    reference = getattr(request, "request_id", "")
    body = orjson.dumps(problem(error.reason, language_of(request), reference))
    return HttpResponse(body, status=error.status, content_type="application/problem+json")
