from app.core import command


def make():
    @command()
    def cli():
        return 1

    return cli
