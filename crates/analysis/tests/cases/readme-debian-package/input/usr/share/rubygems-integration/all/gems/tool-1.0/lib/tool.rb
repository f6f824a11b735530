module Tool
  def self.run
    1
  end
end
