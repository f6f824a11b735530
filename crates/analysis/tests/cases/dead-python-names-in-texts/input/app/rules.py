CODE = """\
if kwargs:
    params = self._encode_query(kwargs)
"""


class Rule:
    """Builds addresses with `_never`."""

    def compile(self):
        return compile(CODE, "rule", "exec")

    def _encode_query(self, query):
        return "&".join(query)

    def _never(self, query):
        return query


class Tags:
    def _load_tags(self, attribute, value):
        return value.split(",")

    def _validate_when(self, attribute, value):
        return [value]
