class GSpec {}
