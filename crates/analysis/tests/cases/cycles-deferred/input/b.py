def two():
    import a

    return a.one
