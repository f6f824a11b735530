from flow import Flow

class Mine(Flow):
    def _step_one(self):
        pass
    def _other(self):
        pass
