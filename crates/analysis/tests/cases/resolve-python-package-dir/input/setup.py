from setuptools import find_packages, setup

setup(
    name='shop',
    package_dir={'': 'code'},
    packages=find_packages('code'),
)
