package tool

func Run() {}
