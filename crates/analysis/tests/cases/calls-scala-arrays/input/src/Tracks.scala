package map

class Tracks(val size: Int, weighted: Array[Int]) {
  val coverage = new Array[Int](size)

  def track(at: Int): Int = coverage(at)

  def heavy(at: Int): Int = weighted(at)

  def other(unit: Unit): Int = this.coverage(0)

  def all(tracks: List[Tracks]): Int = tracks.map((t: Tracks) => t.coverage(0)).sum

  def some(tracks: List[Tracks]): Int = tracks.map(t => t.coverage(1)).sum
}

class Pile(val tracks: Array[Int]) {
  val weighted = new Array[Int](3)
}

class Plot(pile: Pile) {
  def bar(at: Int): Int = pile.weighted(at)
}
