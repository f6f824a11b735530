import sys


class Rule:
    def run(self):
        return 1


def main():
    return Rule().run()


if "pytest" in sys.modules:

    def test_one():
        assert Rule().run() == 1

    def test_two():
        assert Rule().run() == 1
