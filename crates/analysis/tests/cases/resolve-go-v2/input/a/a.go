package a

func X() {}
