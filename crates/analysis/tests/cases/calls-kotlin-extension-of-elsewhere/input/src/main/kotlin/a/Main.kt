package a

class Shape(val size: Int) {
    fun area(): Int = size
}

fun run(unknown: Any, shape: Shape) {
    compute(unknown).toLong()
    shape.area()
}
