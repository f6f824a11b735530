import pycurl


def run():
    return pycurl.version
