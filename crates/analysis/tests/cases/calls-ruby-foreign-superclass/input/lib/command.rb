class Command
  def script(path)
    load(path)
  end
end
