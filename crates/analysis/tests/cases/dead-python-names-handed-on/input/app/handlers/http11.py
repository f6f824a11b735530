class HTTP11Handler:
    pass
