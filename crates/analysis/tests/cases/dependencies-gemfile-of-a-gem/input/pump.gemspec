Gem::Specification.new do |s|
  s.name = "pump"
  s.version = "1.0.0"
  s.add_runtime_dependency "nio4r", "~> 2.0"
end
