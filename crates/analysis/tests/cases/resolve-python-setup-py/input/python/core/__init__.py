from extra import more
from core.util import f
