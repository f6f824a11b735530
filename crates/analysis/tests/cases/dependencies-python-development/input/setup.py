from setuptools import setup

setup(
    name="tool",
    install_requires=["requests>=2.28"],
    extras_require={
        "socks": ["pysocks>=1.5"],
        "dev": ["black"],
        "docs": ["sphinx"],
    },
)
