package lessons

import java.awt.Color
import java.awt.Point

class Koch {
  /* BEGIN TEMPLATE */
  def snowflake(levels: Int): Unit = {
    /* BEGIN SOLUTION */
    println(levels)
    /* END SOLUTION */
  }
  /* END TEMPLATE */
}
