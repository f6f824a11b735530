from app.process import Process
from tests.fakes import FakeOptions


def test_spawn():
    Process(FakeOptions()).spawn()
