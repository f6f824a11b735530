class HTTP10Handler:
    pass
