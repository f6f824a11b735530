def _versions():
    return {}
