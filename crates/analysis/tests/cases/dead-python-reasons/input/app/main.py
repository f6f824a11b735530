from qt import QtSvg  # analysis:ignore
from nltk.decorators import decorator  # this used in code that is commented out
from shell import shellcon  # needed by the installer
from shell import gone  # the shell

print(1)
