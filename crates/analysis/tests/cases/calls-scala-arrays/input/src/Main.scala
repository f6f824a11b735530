package map

object Main {
  def run(): Int = {
    val region = new Region(2)
    region.coverage(4)
  }
}
