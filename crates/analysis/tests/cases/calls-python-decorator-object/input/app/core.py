class Command:
    def __init__(self, run):
        self.run = run

    def __call__(self):
        return self.run()


def command(run=None):
    def decorate(function):
        return Command(function)

    if run is not None:
        return Command(run)
    return decorate


def start():
    Command(print)()
