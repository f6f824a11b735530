module Tool
  class Base
    def send_file(path)
      path
    end

    def both
      send_file('b')
    end
  end
end
