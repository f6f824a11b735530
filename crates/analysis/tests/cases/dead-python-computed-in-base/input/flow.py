class Flow:
    def step(self, name):
        return getattr(self, "_step_{}".format(name))()
