class ParserIT {}
