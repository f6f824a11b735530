import requests

NAME = requests.__name__
