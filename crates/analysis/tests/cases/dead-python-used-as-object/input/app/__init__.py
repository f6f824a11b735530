from .old import _mapper_fn as mapper


def _jupyter_labextension_paths():
    return [{"src": "labextension"}]
