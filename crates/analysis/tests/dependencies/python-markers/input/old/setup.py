from setuptools import setup

setup(
    name="old",
    python_requires=">=2.7,!=3.0.*",
    install_requires=['ipaddress==1.0.23; python_version < "3.3"', 'none==1.0; python_version == "3.0"'],
)
