# Adds two.
def add(a, b):
    c = a
    d = b
    return c + d
