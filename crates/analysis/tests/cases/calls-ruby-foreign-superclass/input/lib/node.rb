class Node
  attr_writer :range

  def range
    @range || 1
  end

  def initialize(range)
    self.range = range
  end
end
