$:.unshift(File.join(File.dirname(__FILE__), "..", "app", "code"))
require "deep/other"
require File.expand_path("../app/code/deep/late", __dir__)
