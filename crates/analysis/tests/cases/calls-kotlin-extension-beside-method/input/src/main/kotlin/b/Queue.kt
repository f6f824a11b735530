package b

import a.Channel

class Queue(private val states: List<Long>) {
    fun remove(next: Int) {
        val state = states.first()
        states.plus(state.updateHead(next))
    }

    private fun Long.updateHead(next: Int): Long = this + next
}

fun stop(channel: Channel) {
    channel.closeAll()
}
