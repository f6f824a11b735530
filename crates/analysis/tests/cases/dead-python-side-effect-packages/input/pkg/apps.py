class C:
    def ready(self):
        from . import signals
        import pkg.checks
