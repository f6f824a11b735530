def _before_install():
    pass
