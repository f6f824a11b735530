import codecs


def search(name):
    return None


codecs.register(search)
