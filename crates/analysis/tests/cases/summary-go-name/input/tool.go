package tool

func Run() int {
	return 1
}
