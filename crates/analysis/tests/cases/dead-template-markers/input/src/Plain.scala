package lessons

import java.awt.Color
import java.awt.Point

class Plain {
  def color: Color = Color.RED
}
