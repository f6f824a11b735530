import PIL.Image


def read(path):
    return PIL.Image.open(path)
