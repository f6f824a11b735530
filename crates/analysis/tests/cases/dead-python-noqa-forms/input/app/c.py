# ruff: noqa: F401
import c2
