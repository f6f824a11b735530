from django.db import models

from fontkit.tables import decode


class HomePage:
    text = decode
