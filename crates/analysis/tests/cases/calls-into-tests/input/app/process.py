from app.options import Options


class Process:
    def __init__(self, options):
        self.options = options

    def spawn(self):
        self.options.start()


def main():
    Process(Options()).spawn()
