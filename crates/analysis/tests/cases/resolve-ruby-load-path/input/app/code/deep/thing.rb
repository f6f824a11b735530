require_relative "other"
module Deep
  autoload :Late, "deep/late"
end
