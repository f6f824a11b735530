package a

import b.`one-two`
import b.Unused

fun main() {
    `one-two`()
}
