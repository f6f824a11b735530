package a

import a.b.getValue
import a.b.plus
import a.b.unusedThing
import a.b.Shown as Other

class A {
  val x by Other()
  private fun dead() {}
  private operator fun invoke() {}
  private fun used() = 1
  fun run() = used()
}
