class Identifier(str):
    @staticmethod
    def _lower(text):
        """Lowers a nick.

        :meta public:
        """
        return text.lower()

    @staticmethod
    def _higher(text):
        """Raises a nick."""
        return text.upper()
