def _data():
    return 1
