// Generated from Calc.g4 by ANTLR 4.13.1
class Five {}
