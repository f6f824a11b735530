from app import serializers


class View:
    name = serializers.CharField()
