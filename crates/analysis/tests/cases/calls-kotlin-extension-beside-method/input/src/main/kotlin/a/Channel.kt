package a

class Channel {
    fun send() {
        updateHead(1)
    }

    fun updateHead(next: Int) {
    }

    fun closeAll() {
    }
}
