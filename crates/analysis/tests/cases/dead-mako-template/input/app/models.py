class Repository:
    def _archives(self):
        return []

    def _gone(self):
        return []
