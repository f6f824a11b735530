class Manager:
    def __init__(self):
        self.pages = {}

    def _set_pages(self, pages):
        """Internal method for setting pages."""
        self.pages = pages

    def get(self):
        return self.pages
