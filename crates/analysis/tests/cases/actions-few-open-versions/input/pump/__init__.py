import certifi
import pycurl
import requests
import urllib3


def run():
    return requests.get, urllib3, certifi, pycurl
