from shapes import Square

def show(shape):
    shape.area()

show(Square())
