class FakeOptions:
    def start(self):
        return 2
