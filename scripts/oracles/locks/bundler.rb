# Packages, edges and development-only packages of a `Gemfile.lock`, by Bundler: `ruby bundler.rb FOLDER`.
require "bundler"
require "json"

# Groups have no meaning of their own to Bundler.
DEVELOPMENT = %i[development test dev ci lint doc docs rubocop].freeze
Dir.chdir(ARGV[0])
lock = Bundler::LockfileParser.new(File.read("Gemfile.lock"))
local, fetched = lock.specs.partition { |spec| spec.source.instance_of?(Bundler::Source::Path) }
labels = fetched.to_h { |spec| [spec.name, [spec.name, spec.version.to_s]] }
needs = lock.specs.group_by(&:name).transform_values { |specs| specs.flat_map(&:dependencies).map(&:name).uniq }
edges = fetched.flat_map { |spec| spec.dependencies.map { |one| [labels[spec.name], labels[one.name]] } }

# The groups are in the `Gemfile` only.
dependencies = begin
  Bundler::Dsl.evaluate("Gemfile", "Gemfile.lock", {}).dependencies
rescue StandardError, LoadError => error
  warn "the Gemfile is not evaluated: #{error.message.lines.first}"
  nil
end

def reach(names, needs)
  seen = {}
  open = names.dup
  while (name = open.pop)
    next if seen[name]
    seen[name] = true
    open.concat(needs.fetch(name, []))
  end
  seen
end

dev = dependencies && begin
  only = dependencies.select { |one| (one.groups - DEVELOPMENT).empty? || one.type == :development }
  shipped = reach((dependencies - only).map(&:name), needs)
  reach(only.map(&:name), needs).keys.reject { |name| shipped[name] }.filter_map { |name| labels[name] }
end
puts JSON.generate(packages: labels.values, edges: edges.select(&:all?).uniq, dev: dev)
