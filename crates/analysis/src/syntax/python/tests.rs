use crate::syntax::snapshot;

#[test]
fn python() {
    insta::assert_snapshot!(snapshot(
        "python",
        r#"
"""Module
doc."""
from __future__ import annotations
import os.path, json as j
from . import a as b
from ..c.d import *
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from .types import T

one = 1
_two = 2

class Shape(Base):
    """Doc."""
    def area(self, a: T if x else y = 1 if x else 2, *b, c, **d):
        '''Doc
        of three
        lines.'''
        if a and b or c and not (a or b):       # +1, three runs, and one
            for x in a:                         # +2
                while x: continue               # +3
                else: pass                      # +1
        elif b:                                 # +1
            return [y for y in a if y if not y]
        else:                                   # +1
            return lambda z: 1 if z else 2      # +3
        try: self.area(a)                       # recursion +1
        except (A, B): pass                     # +1
        except C: pass                          # +1
        else: pass                              # +1
        finally: pass
        assert a and b                          # run +1
        match a:                                # +1
            case 1 if b and c: pass             # run +1
            case [x, *_]: pass
            case _: pass

    @property
    def name(self): return import_module("a") or importlib.import_module("lazy")

def decorator(f):
    def wrapper(*a):
        if a: return f(*a)                      # 1 in both
    return wrapper

async def outer():
    import lazy2
    async for x in y: pass                      # +1
    def inner():
        if a: pass                              # 2 for outer, 1 for inner
    return 1

if __name__ == "__main__":
    outer()
"#
    ));
}

#[test]
fn all_lists_the_public_names() {
    insta::assert_snapshot!(snapshot(
        "python",
        "__all__ = ['a', '_b']\n__all__ += ('c',)\ndef d(): pass\n"
    ));
}
