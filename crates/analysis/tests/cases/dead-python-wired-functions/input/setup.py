from setuptools import setup
setup(name="a", entry_points={"console_scripts": ["a = app:_main_entry"]})
