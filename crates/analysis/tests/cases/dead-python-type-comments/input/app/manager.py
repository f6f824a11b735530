class Requirement:
    pass


class Manager:
    def of(self, requirement):
        return [requirement]
