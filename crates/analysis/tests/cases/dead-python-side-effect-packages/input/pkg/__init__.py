from .a import f
import os
