"""What can go wrong when features and figures are asked for."""

from __future__ import annotations

from zhiji.kernel import CodedError


class PeriodsOutOfOrder(CodedError):
    """A period ends before it starts, or the earlier of two does not end before the later starts.

    Parameters: ``first``, ``second``, as ``start – end``.
    """

    code = "periods_out_of_order"


class ShareOutOfRange(CodedError):
    """A share of the customers is not a whole per cent from 1 to 100. Parameter: ``value``."""

    code = "share_out_of_range"
