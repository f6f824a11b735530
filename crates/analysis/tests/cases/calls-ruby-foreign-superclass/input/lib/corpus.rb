class Corpus < Hash
  def initialize(name)
    @name = name
  end
end

class Hash
  def tidy
    self
  end
end

def corpus
  Corpus.new('a')
end
