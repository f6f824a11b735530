package lib

func a() int { return 1 }
