from setuptools import setup

requires = [
    "idna>=2.5,<4",
    "certifi>=2017.4.17",  # of Mozilla
]

setup(
    name="pkg",
    install_requires=requires,
    tests_require=["pytest>=3"],
    extras_require={"socks": ["PySocks>=1.5.6, !=1.5.7"]},
)
