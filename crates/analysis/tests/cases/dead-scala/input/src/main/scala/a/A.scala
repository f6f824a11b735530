package a

import a.b.Unused
import a.b.Used
import a.b.implicits._

class A {
  private def dead(): Int = 1
  private implicit def conv(x: Int): String = ""
  def run: Used = new Used
}
