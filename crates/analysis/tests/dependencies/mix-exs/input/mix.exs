defmodule Shop.MixProject do
  use Mix.Project

  # {:commented, "~> 9.0"}
  def project do
    [
      app: :shop,
      version: "0.1.0",
      deps: deps(),
      dialyzer: [plt_file: {:no_warn, "priv/plts/dialyzer.plt"}],
      package: package(),
      aliases: [setup: ["deps.get", "ecto.setup"]]
    ]
  end

  def application do
    [mod: {Shop.Application, []}, extra_applications: [:logger, {:observer, :optional}]]
  end

  defp package do
    [licenses: ["Apache-2.0"], links: %{"GitHub" => "https://example.org/o/shop"}]
  end

  defp deps do
    [
      {:phoenix, "~> 1.7"},
      {:jason, "1.4.0"},
      {:plug_cowboy, "~> 2.5", optional: true},
      {:credo, "~> 1.6", only: [:dev, :test], runtime: false},
      {:mox, "~> 1.0",
       only: :test},
      {:esbuild, "~> 0.5", runtime: false},
      {:both, "~> 1.0", only: [:dev, :prod]},
      {:app_name, "~> 0.1", hex: :real_name},
      {:forked, git: "https://example.org/o/forked.git", tag: "v1"},
      {:hub, github: "o/hub", branch: "main"},
      {:listed, "~> 1.0", [only: :dev]},
      {:sibling, path: "../sibling"},
      {:part, in_umbrella: true}
    ] ++ more()
  end

  defp more, do: [{:extra, ">= 1.0.0 and < 3.0.0"}]
end
