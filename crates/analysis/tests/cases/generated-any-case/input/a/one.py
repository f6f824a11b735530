# Do Not Edit: written by tool.py
x = 1
