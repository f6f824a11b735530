from setuptools import setup

setup(name='reader', packages=['reader', 'reader.core', 'reader.cli'], package_dir={'reader': 'lib', 'reader.core': 'lib/core', 'reader.cli': 'lib/cli'})
