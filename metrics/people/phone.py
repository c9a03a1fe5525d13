"""Phone numbers as everybody may see them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def masked_phone(number: ir.StringValue) -> ir.StringValue:
    """A number as everybody may see it: ``138****1234``; a masked one stays as it is."""
    mobile = number.startswith("+86") & (number.length() == 14)
    return ibis.cases(
        (number.contains("*"), number),
        (mobile, number.substr(3, 3) + "****" + number.right(4)),
        else_=ibis.literal("****") + number.right(4),
    )
