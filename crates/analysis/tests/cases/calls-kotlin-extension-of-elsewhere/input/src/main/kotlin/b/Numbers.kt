package b

class Duration(val length: Long)

fun Int.toLong(): Duration = Duration(1)
