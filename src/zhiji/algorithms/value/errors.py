"""What the value model refuses. Texts stand beside this module."""

from __future__ import annotations

from zhiji.kernel import CodedError


class CustomersNotLoaded(CodedError):
    """A loaded model holds no customers."""

    code = "value_customers_not_loaded"
    status = 409
