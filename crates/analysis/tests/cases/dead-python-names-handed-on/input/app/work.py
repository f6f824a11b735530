from app.text import join, lower


def work(value):
    return lower(value)
