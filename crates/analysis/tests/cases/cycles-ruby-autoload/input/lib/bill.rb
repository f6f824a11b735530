require_relative 'tax'

BILL = 1
