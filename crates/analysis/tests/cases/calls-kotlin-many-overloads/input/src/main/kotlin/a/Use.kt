package a

fun two(): Int {
    single()
    return pack<Int, String>(strict = true)
}
