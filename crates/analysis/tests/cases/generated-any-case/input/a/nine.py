# Editors: do not edit the wiki page by hand, but this list.
x = 1
