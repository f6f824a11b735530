import typing
from functools import singledispatch
from flask import Flask
app = Flask(__name__)

@app.route("/")
def _index():
    return "x"

@app.cli.command()
def _sync():
    pass

class _P(typing.Protocol):
    def _need(self): ...

class _B:
    def __enter__(self): return self
    def __exit__(self, *a): pass
    def _never(self): pass

@typing.overload
def _o(a: int) -> int: ...
@typing.overload
def _o(a: str) -> str: ...
def _o(a): return a

@singledispatch
def _d(a): pass
@_d.register
def _(a: int): pass
print(_o(1), _d(1), _B())
HANDLERS = {"go": "_by_name"}
def _by_name(): pass
def run(x): return globals()[HANDLERS[x]]()
