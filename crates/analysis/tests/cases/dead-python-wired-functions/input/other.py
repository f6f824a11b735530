def _dead(): pass
def alive(): return 1
