def _name():
    return 'a'
