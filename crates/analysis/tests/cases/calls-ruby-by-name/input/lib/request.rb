class Request
  def host_name
    "a"
  end

  def session_key?(key)
    key == self.host_name
  end
end
