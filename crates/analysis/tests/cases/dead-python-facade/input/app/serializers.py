from rest_framework.serializers import (
    BooleanField,
    CharField,
    EmailField,
)
from json import dumps
