def bind(instance, made):
    def operate(self, other):
        made(self, other)
        return instance

    return operate.__get__(instance, type(instance))


def _never():
    return 2
