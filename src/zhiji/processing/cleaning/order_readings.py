"""Whose the money beside the goods is: of the line on which it stands, or of the whole order.

Some exports write an order's postage on each of its lines, some on its first, and some write a discount for each line.
Orders of several lines show it, for the whole column; what they do not show is read as in the file before.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from zhiji.data.store import states
from zhiji.kernel import Money, Reason
from zhiji.processing.cleaning.habits import OF_LINE, OF_ORDER, SEVERAL, Habit
from zhiji.processing.cleaning.stage import Stage

FIELDS = ("order_amount", "postage", "discount", "tax", "fee", "refund_amount")
# Of what is written line by line, two lines often bear the same by chance. The rest is by name charged once an order.
_OF_LINES = ("discount", "tax", "refund_amount")
# Lines whose money of a field is computed with; beside others it is only told.
_USED = {
    "order_amount": "amount IS NULL AND unit_price IS NULL",
    "discount": "amount IS NULL AND unit_price IS NOT NULL",
    "refund_amount": f"NOT coalesce({states.without_value('order_state')}, false)",
}
# So much of the orders that show it must agree: one odd order does not turn the column for all others.
_SHARE = 0.5
_SHARE_OF_LINES = 0.8


@dataclass(frozen=True)
class Readings:
    """How each field was read. repeated: of those of whole orders, the ones that some order repeats on its lines."""

    habits: dict[str, Habit] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()

    def is_of_order(self, name: str) -> bool:
        return name in self.habits and self.habits[name].reading == OF_ORDER

    def is_known(self, name: str) -> bool:
        """Whether a file showed it or a person said it."""
        return name in self.habits and self.habits[name].is_known

    def is_certain(self, name: str) -> bool:
        """Whether so many orders showed it that the next file will hardly be read otherwise."""
        return self.is_known(name) and self.habits[name].count >= SEVERAL


@dataclass(frozen=True)
class _Shown:
    """Orders of several lines that bear money of a field: ``same`` on all lines though these cost different amounts,
    ``leading`` on the first line alone, ``other``, whose lines bear ``differing`` micros beside the first. ``beyond``:
    same on all lines, and more than one of them costs. ``repeated``: same on all lines, whatever they cost, which bear
    ``micros`` more than the first of them does."""

    same: int
    leading: int
    other: int
    beyond: int
    repeated: int
    micros: int
    differing: int


def money_of_orders(stage: Stage) -> Readings:
    """Whose the money of each field is, by what the file shows and what is known of earlier ones."""
    habits: dict[str, Habit] = {}
    repeated, told = [], []
    for name, shown in _look(stage).items():
        known = stage.mapping.habit(name, OF_LINE, OF_ORDER)
        is_settled = known is not None and stage.mapping.is_settled
        found = known if is_settled else _decided(name, shown, known)
        habit = found or (known if known is not None and known.is_known else _assumed(name, shown))
        if known is not None and known.reading == habit.reading:
            habit = replace(habit, count=max(habit.count, known.count))
        stage.learn(name, habit)
        stage.findings += _said(stage, name, shown, habit, known)
        habits[name] = habit
        if habit.reading == OF_ORDER and (shown.repeated or (name == "order_amount" and shown.other)):
            repeated.append(name)
            if shown.repeated and habit.by == "shown" and habit.earlier is None:
                told.append(stage.mapping.shown(name))
    if told:
        stage.findings.append(Reason("order_money_on_each_line", {"columns": told}))
    return Readings(habits, tuple(repeated))


def _decided(name: str, shown: _Shown, known: Habit | None) -> Habit | None:
    """What the file itself shows. An order total that differs between lines can only be that of the lines, and a refund
    greater than its line costs only that of the order: one order is enough, where no earlier file says otherwise."""
    total = shown.same + shown.leading + shown.other
    of_order = max(shown.same, shown.leading)
    if total == 0:
        return None
    is_of_order = of_order > (_SHARE_OF_LINES if name in _OF_LINES else _SHARE) * total
    count = of_order if is_of_order else total - of_order
    found = Habit(OF_ORDER if is_of_order else OF_LINE, "shown", count=count)
    several = count >= SEVERAL
    is_known = known is not None and known.is_known
    is_certain = (name == "order_amount" and not is_of_order) or (is_of_order and shown.beyond > 0)
    if several or (is_certain and not is_known):
        return found
    if is_known and known is not None and known.reading != found.reading:
        return None
    if is_of_order and name in _OF_LINES:
        # On the first line alone it is taken off once either way: good enough for this file, not for the next.
        return None if is_known or shown.repeated else Habit(OF_ORDER, "assumed")
    return found


def _assumed(name: str, shown: _Shown) -> Habit:
    """The reading by the field's name; for a discount also the one that makes spend smaller rather than greater.

    So it is for a refund that repeats. One that does not is the order's: what is made of it stays the same when further
    lines of the order come in.
    """
    is_of_line = name in _OF_LINES and (name != "refund_amount" or shown.repeated > 0)
    return Habit(OF_LINE if is_of_line else OF_ORDER, "assumed")


def _said(stage: Stage, name: str, shown: _Shown, habit: Habit, known: Habit | None) -> list[Reason]:
    where, count = {"column": stage.mapping.shown(name)}, {"count": shown.repeated}
    if habit.by == "shown" and known is not None and known.reading != habit.reading:
        return [Reason(f"order_money_{habit.reading}_unlike_before", {"earlier": known.earlier}, where)]
    if name == "order_amount" and habit.reading == OF_ORDER and shown.differing:
        money = {"micros": shown.differing, "money": str(Money(shown.differing, stage.settings.currency))}
        return [Reason("order_money_differs_on_lines", {"count": shown.other, **money}, where)]
    if habit.reading == OF_ORDER and shown.differing:
        money = {"micros": shown.differing, "money": str(Money(shown.differing, stage.settings.currency))}
        return [Reason("order_money_counted_as_written", {"count": shown.other, **money}, where)]
    if not shown.repeated or not shown.micros:
        return []
    if habit.earlier is not None:
        return [Reason(f"order_money_{habit.reading}_as_before", {**count, "earlier": habit.earlier}, where)]
    if habit.reading == OF_LINE and (habit.by == "assumed" or name not in _OF_LINES):
        money = {"micros": shown.micros, "money": str(Money(shown.micros, stage.settings.currency))}
        code = "order_money_undecided" if habit.by == "assumed" else "order_money_on_some_lines"
        return [Reason(code, {**count, **money}, where)]
    return []


def _look(stage: Stage) -> dict[str, _Shown]:
    names = [name for name in FIELDS if stage.has(name)]
    if not names:
        return {}
    inner = ", ".join(
        f"""{is_same(n)} AS {n}_same, max(abs({n})) > 0 AS {n}_any,
            count({n}) = 1 AND coalesce(arg_min(struct_pack(v := {n}), row).v, 0) <> 0 AS {n}_leads,
            sum({_used(n)}) - arg_min({_used(n)}, row) AS {n}_more, bool_or({_beyond(n)}) AS {n}_beyond"""
        for n in names
    )
    outer = ", ".join(
        f"""count(*) FILTER ({n}_any AND {n}_same {f"AND (telling OR {n}_beyond)" if n in _OF_LINES else ""}),
            count(*) FILTER ({n}_leads), count(*) FILTER ({n}_any AND NOT {n}_same AND NOT {n}_leads),
            count(*) FILTER ({n}_any AND {n}_same AND {n}_beyond),
            count(*) FILTER ({n}_any AND {n}_same), coalesce(sum({n}_more) FILTER ({n}_any AND {n}_same), 0),
            coalesce(sum({n}_more) FILTER ({n}_any AND NOT {n}_same AND NOT {n}_leads), 0)"""
        for n in names
    )
    found = stage.connection.execute(
        f"""SELECT {outer} FROM (SELECT order_number, coalesce(min({_COSTS}) <> max({_COSTS}), true) AS telling, {inner}
        FROM typed WHERE order_number IS NOT NULL GROUP BY 1 HAVING count(*) > 1)"""
    ).fetchone()
    counts = [int(count) for count in found or (0,) * _FIGURES * len(names)]
    return {name: _Shown(*counts[_FIGURES * i : _FIGURES * (i + 1)]) for i, name in enumerate(names)}


_COSTS = "coalesce(amount::HUGEINT * 1000, quantity::HUGEINT * unit_price)"
_FIGURES = len(_Shown.__dataclass_fields__)


def is_same(name: str) -> str:
    """SQL of the lines of an order: all bear the same money of a field."""
    return f"coalesce(min({name}) = max({name}) AND count({name}) = count(*), false)"


def _used(name: str) -> str:
    """SQL of a line: the money of a field that is computed with."""
    return f"CASE WHEN {_USED.get(name, 'true')} THEN coalesce(abs({name})::HUGEINT, 0) ELSE 0 END"


def _beyond(name: str) -> str:
    """SQL of a line: more is paid back of it than it cost."""
    return f"coalesce(abs({name})::HUGEINT * 1000 > abs({_COSTS}), false)" if name == "refund_amount" else "false"
