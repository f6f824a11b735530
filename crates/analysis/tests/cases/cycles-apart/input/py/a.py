from py.b import x
y = 1
