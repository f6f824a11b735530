# frozen_string_literal: true
require_relative "lib/tool/version"

Gem::Specification.new do |spec|
  spec.name = "tool"
  spec.version = Tool::VERSION
  spec.summary = "A tool"
  spec.description = <<~TEXT
    It's text: spec.add_dependency "no", "1.0"
  TEXT
  spec.licenses = ["MIT", "Ruby"]
  spec.files = Dir.chdir(__dir__) { `git ls-files -z`.split("\x0").reject { |f| f.match(%r{^(test|spec)/'}) } }
  spec.required_ruby_version = ">= 3.0"
  # spec.add_dependency "commented"
  spec.add_dependency "rack", ">= 2.0", "< 4"
  spec.add_runtime_dependency(%q<thor>.freeze, ["~> 1.0".freeze])
  spec.add_dependency 'exact', '= 1.2.3'
  spec.add_development_dependency "rspec", "~> 3.12"
end
