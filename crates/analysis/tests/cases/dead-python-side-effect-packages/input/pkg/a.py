import json
import sys
import typing as t
from decimal import Decimal
from fractions import Fraction
__all__ = ["f"]
__all__ += ["sys"]
def f(x: "Decimal") -> "t.List[Fraction]":
    return f"{json.dumps(x)}"
import unused_one
