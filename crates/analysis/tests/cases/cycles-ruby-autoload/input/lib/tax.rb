require_relative 'bill'

TAX = 2
