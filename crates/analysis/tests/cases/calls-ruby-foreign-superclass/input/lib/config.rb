class Config
  def self.load
    1
  end
end
