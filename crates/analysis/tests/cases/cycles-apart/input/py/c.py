from py.d import x
y = 1
