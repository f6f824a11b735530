class Third {
    fun a() = 1
}
