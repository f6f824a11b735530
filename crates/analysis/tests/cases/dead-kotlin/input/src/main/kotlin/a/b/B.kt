package a.b

fun getValue() {}
fun plus() {}
fun unusedThing() {}
class Shown
