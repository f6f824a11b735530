class Options:
    def start(self):
        return 1
