class cython:
    compiled = False
