package store

func Get() int {
	return 1
}
