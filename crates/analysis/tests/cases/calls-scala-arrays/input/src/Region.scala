package map

class Region(val start: Int) {
  def coverage(at: Int): Int = at - start
  def weighted(at: Int): Int = at + start
}
