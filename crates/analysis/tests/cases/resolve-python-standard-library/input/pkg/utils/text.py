from html import escape


def clean(text):
    return escape(text)
