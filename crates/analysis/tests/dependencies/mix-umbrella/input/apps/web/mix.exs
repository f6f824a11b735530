defmodule Web.MixProject do
  use Mix.Project
  def project, do: [app: :web, lockfile: "../../mix.lock", deps: [{:renamed, "~> 1.0", hex: :real_name}, {:core, in_umbrella: true}]]
end
