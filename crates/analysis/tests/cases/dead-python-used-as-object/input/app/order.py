def merge(names):
    def all_groups():
        return {"a": 1}

    def _read(path):
        return {path: 2}

    def all_plugins():
        return _read("p")

    found = {}
    for name in names:
        found.update(locals()[name]())
    return found
