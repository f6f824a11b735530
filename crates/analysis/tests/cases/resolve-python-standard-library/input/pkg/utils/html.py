from pkg.utils.text import clean


def show(text):
    return clean(text)
