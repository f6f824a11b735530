from setuptools import setup

setup(name="pump", version="1.0", packages=["pump"])
