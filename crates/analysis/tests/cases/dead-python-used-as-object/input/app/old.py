def _mapper_fn(*args):
    raise TypeError("was removed")
