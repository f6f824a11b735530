import d


class C:
    d = d.D
