from reader.core.read import read


def run():
    return read()
