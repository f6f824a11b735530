package web

func use(c *context) {
	c.Cookie("a")
	flush(nil)
}
