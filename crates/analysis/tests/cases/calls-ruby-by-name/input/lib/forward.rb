class Forward
  def initialize(url, env)
    @host = url.host_name
    @known = env.session_key?(:a)
  end
end
