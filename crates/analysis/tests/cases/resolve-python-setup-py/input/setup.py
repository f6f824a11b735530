from setuptools import setup
setup(name="x", package_dir={"": "python", "extra": "contrib/extra"}, packages=["core", "extra"])
