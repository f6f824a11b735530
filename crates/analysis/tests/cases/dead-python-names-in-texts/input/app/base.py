class Base:
    def load(self, data):
        for name, value in data.items():
            method = getattr(self, "_load_%s" % name, None)
            if method:
                method(name, value)

    def validate(self, name, value):
        wanted = f"_validate_{name}"
        method = getattr(self, wanted, None)
        return method(name, value) if method else value


def _reset(options):
    """Removes all options. Only for use in testing."""
    options.clear()


# For large values, use `_generate()` instead: it does not keep them in memory.
def dump(value):
    return str(value)


def _generate(value):
    yield str(value)


class Toolbar:
    def _get_menu(self):
        return []
